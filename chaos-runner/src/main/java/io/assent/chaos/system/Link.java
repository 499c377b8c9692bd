package io.assent.chaos.system;

/**
 * A direction in which one process connects to another, by the names that {@link BankSystem} gives them:
 * {@code coordinator-1}, {@code bank-2}, {@code log-postgres}, {@code bank-postgres}, and {@code client} for whoever asks
 * from outside.
 *
 * @param from who connects
 * @param to who listens
 */
public record Link(String from, String to) {

    /** Such as {@code coordinator-1>bank-2}. */
    @Override
    public String toString() {
        return from + ">" + to;
    }
}
