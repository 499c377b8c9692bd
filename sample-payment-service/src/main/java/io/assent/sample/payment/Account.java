package io.assent.sample.payment;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/** What a customer has. Changed only under its row lock, see {@link Accounts#findForUpdate}. */
@Entity
class Account {

    @Id
    private String customer;

    private long balancePence;
    private long openingBalancePence;

    @SuppressWarnings("NullAway.Init")
    protected Account() {}

    String customer() {
        return customer;
    }

    long balancePence() {
        return balancePence;
    }

    /** Adds pence, or takes them away when negative; never below zero. */
    void change(long pence) {
        long changed = Math.addExact(balancePence, pence);
        if (changed < 0) {
            throw new InsufficientFundsException(customer, balancePence, -pence);
        }
        balancePence = changed;
    }
}
