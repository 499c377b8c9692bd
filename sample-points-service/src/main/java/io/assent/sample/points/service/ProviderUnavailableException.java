package io.assent.sample.points.service;

/** The provider was not reached, or gave no answer that says anything: nobody knows what it did. */
class ProviderUnavailableException extends RuntimeException {

    ProviderUnavailableException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
