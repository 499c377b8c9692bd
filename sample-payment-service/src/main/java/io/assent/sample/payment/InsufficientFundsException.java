package io.assent.sample.payment;

/** The customer has less than the payment asks for. */
class InsufficientFundsException extends RuntimeException {

    InsufficientFundsException(String customer, long balancePence, long amountPence) {
        super("not enough money: balance of %s is %s, payment is %s"
                .formatted(customer, Money.text(balancePence), Money.text(amountPence)));
    }
}
