package io.assent.sample.payment;

/** No such account was opened. */
class AccountNotFoundException extends RuntimeException {

    AccountNotFoundException(String customer) {
        super("There is no account of customer \"" + customer + "\"");
    }
}
