package io.assent.micro;

import org.jspecify.annotations.Nullable;

/**
 * What came of one load.
 *
 * @param done decisions or rows that are durable
 * @param failed calls that were answered otherwise
 * @param nanos from the first call to the last answer, in nanoseconds
 * @param statements that wrote them
 * @param failure what one of those that failed was answered; null: none failed
 */
record Turn(
        long done,
        long failed,
        long nanos,
        long statements,
        @Nullable String failure) {

    Turn with(long counted) {
        return new Turn(done, failed, nanos, counted, failure);
    }
}
