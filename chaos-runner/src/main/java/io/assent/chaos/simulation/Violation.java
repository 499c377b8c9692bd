package io.assent.chaos.simulation;

/** An invariant does not hold. */
final class Violation extends RuntimeException {

    Violation(String message) {
        super(message);
    }
}
