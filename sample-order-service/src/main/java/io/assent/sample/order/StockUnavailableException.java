package io.assent.sample.order;

/** The stock service was not reached, or could not do its work now. The transaction is rolled back. */
class StockUnavailableException extends RuntimeException {

    StockUnavailableException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
