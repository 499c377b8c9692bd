package io.assent.bank;

/** The request makes no sense; the message says why. */
final class InvalidTransferException extends RuntimeException {

    InvalidTransferException(String message) {
        super(message);
    }
}
