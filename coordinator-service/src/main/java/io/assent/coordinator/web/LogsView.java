package io.assent.coordinator.web;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** @param logs among which transactions are spread; mostly one */
record LogsView(List<Log> logs) {

    /**
     * @param name of the log
     * @param since transactions whose id was made from then on may be in it; absent: all
     * @param available whether this instance can decide in it now
     */
    record Log(String name, @Nullable String since, boolean available) {}
}
