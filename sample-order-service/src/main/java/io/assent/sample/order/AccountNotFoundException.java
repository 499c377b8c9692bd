package io.assent.sample.order;

/** The payment service knows no such customer. */
class AccountNotFoundException extends RuntimeException {

    AccountNotFoundException(String customer) {
        super("There is no account of customer \"" + customer + "\"");
    }
}
