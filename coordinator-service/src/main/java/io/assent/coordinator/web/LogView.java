package io.assent.coordinator.web;

import java.util.List;

/** @param epochs the lives of the decision log, the latest first */
record LogView(List<EpochView> epochs) {}
