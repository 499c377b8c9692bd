package io.assent.sample.payment;

import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

interface LedgerEntries extends JpaRepository<LedgerEntry, Long> {

    @Query("select coalesce(sum(e.amountPence), 0) from LedgerEntry e where e.account = :account")
    long balance(String account);
}
