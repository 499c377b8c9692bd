package io.assent.sample.points.service;

/** The provider said no, for a reason that trying again will not change. */
class PointsRefusedException extends RuntimeException {

    PointsRefusedException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
