package io.assent.sample.order;

/** The points service said no, for a reason that trying again will not change. */
class PointsRefusedException extends RuntimeException {

    PointsRefusedException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
