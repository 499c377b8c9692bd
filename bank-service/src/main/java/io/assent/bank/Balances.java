package io.assent.bank;

import java.util.List;
import java.util.Optional;

/** Where the balances of the accounts are: beside the entries, or with somebody else. */
interface Balances {

    /**
     * Changes the balances of an order's accounts, or reserves what is needed to change them when the branch commits.
     *
     * @throws RefusedException if an account is not there or has too little money
     */
    void change(Transfer.Order order);

    /** Opens accounts; one that is there already is left as it is. */
    void open(List<Ledger.Account> accounts);

    /** One account; empty: there is none. */
    Optional<Ledger.Account> balance(String account);

    /** All accounts by their names. */
    List<Ledger.Account> accounts();

    /** What all accounts and their entries amount to, seen at one moment. */
    Ledger.Sum sum();
}
