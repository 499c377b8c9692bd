package io.assent.chaos.simulation;

/** Unwinds what a process was doing when it was killed. An error: no code in between may take it for its own failure. */
final class Killed extends Error {

    Killed(String process) {
        super(process + " was killed", null, false, false);
    }
}
