package io.assent.sample.order;

/** The points service was not reached, or could not do its work now. The transaction is rolled back. */
class PointsUnavailableException extends RuntimeException {

    PointsUnavailableException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
