package io.assent.sample.order;

/** No coordinator answered. */
class CoordinatorUnavailableException extends RuntimeException {

    CoordinatorUnavailableException(Throwable cause) {
        super("No coordinator answers just now; try again", cause);
    }
}
