package io.assent.sample.order;

/** The stock service said no, for a reason that trying again will not change. */
class StockRefusedException extends RuntimeException {

    StockRefusedException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
