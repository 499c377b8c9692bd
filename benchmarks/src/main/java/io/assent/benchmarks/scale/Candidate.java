package io.assent.benchmarks.scale;

import io.assent.benchmarks.checkout.Subject;

/**
 * Something that is loaded in turns.
 *
 * @param name for people
 * @param clients that load it at once
 * @param subject what they load; {@code counting} are its coordinators
 */
record Candidate(String name, int clients, Subject subject) {}
