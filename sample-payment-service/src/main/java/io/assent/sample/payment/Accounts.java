package io.assent.sample.payment;

import jakarta.persistence.LockModeType;
import java.util.Optional;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface Accounts extends Repository<Account, String> {

    Optional<Account> findById(String customer);

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select a from Account a where a.customer = :customer")
    Optional<Account> findForUpdate(String customer);

    /** Returns 1 when the account was opened and 0 when it was there, in which case its balance stays as it is. */
    @Modifying
    @NativeQuery("""
            insert into account (customer, balance_pence, opening_balance_pence)
            values (:customer, :openingBalancePence, :openingBalancePence)
            on conflict do nothing""")
    int open(String customer, long openingBalancePence);
}
