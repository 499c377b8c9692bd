package io.assent.sample.payment;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.SequenceGenerator;
import org.jspecify.annotations.Nullable;

/** One side of a payment. Only ever inserted, so that nobody waits for the lock of a shared row. */
@Entity
class LedgerEntry {

    /** The account that every payment goes to. It has entries and no balance row. */
    static final String MERCHANT = "merchant";

    @Id
    @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "ledger_entry_seq")
    @SequenceGenerator(name = "ledger_entry_seq", allocationSize = 50)
    private @Nullable Long id;

    private long paymentId;
    private String account;
    private long amountPence;

    @SuppressWarnings("NullAway.Init")
    protected LedgerEntry() {}

    LedgerEntry(long paymentId, String account, long amountPence) {
        this.paymentId = paymentId;
        this.account = account;
        this.amountPence = amountPence;
    }
}
