package io.assent.coordinator.participant;

/** A value out of its range ends the start; it is never adjusted. */
final class Ranges {

    private Ranges() {}

    static <T extends Comparable<? super T>> void check(String property, T value, T least, T most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "%s must be from %s to %s, but is %s".formatted(property, least, most, value));
        }
    }
}
