package io.assent.bank;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** This bank's accounts and the entries on them. */
interface Ledger {

    record Account(String id, long balance) {}

    /** Over all accounts: {@code balances = openings + entries} at any moment. */
    record Sum(long accounts, long openings, long balances, long entries) {}

    /** @param transaction in which it was booked; null: in none */
    record Booked(String account, long amount, @Nullable UUID transaction) {}

    /**
     * Books entries of a transfer.
     *
     * @throws RefusedException if an account is not there, has too little money, or {@code order} says so
     * @throws org.springframework.dao.DuplicateKeyException if the transfer has touched one of the accounts before
     */
    void book(Transfer.Order order);

    /** Opens accounts; one that is there already is left as it is. */
    void open(List<Account> accounts);

    /** One account; empty: there is none. */
    Optional<Account> balance(String account);

    /** All accounts by their names. */
    List<Account> accounts();

    /** What all accounts and their entries amount to, seen at one moment. */
    Sum sum();

    /** What a transfer has done here, by account; empty also while it is in doubt. */
    List<Booked> booked(String transfer);
}
