package io.assent.sample.payment;

import static io.assent.sample.payment.LedgerEntry.MERCHANT;

import io.assent.sample.payment.Payment.Kind;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Moves money between customers and the merchant. Plain {@code @Transactional} code: inside a global transaction the
 * same method is one branch of it, and outside of one it commits by itself.
 */
@Service
class PaymentService {

    /** What a payment came to. {@code repeated}: the same request was carried out before, and nothing was done now. */
    record Receipt(long paymentId, long balancePence, boolean repeated) {}

    private final Payments payments;
    private final Accounts accounts;
    private final LedgerEntries ledger;
    private final InstantSource clock;
    private final Receipts receipts;

    PaymentService(Payments payments, Accounts accounts, LedgerEntries ledger, InstantSource clock, Receipts receipts) {
        this.payments = payments;
        this.accounts = accounts;
        this.ledger = ledger;
        this.clock = clock;
        this.receipts = receipts;
    }

    @Transactional
    public Receipt pay(String orderNumber, String customer, long amountPence) {
        return move(Kind.PAYMENT, orderNumber, customer, amountPence);
    }

    @Transactional
    public Receipt refund(String orderNumber, String customer, long amountPence) {
        return move(Kind.REFUND, orderNumber, customer, amountPence);
    }

    private Receipt move(Kind kind, String orderNumber, String customer, long amountPence) {
        // The account's lock also queues requests with one order number: the later one finds the earlier one's payment.
        // While that is in doubt it waits as long as lock_timeout says.
        Account account = accounts.findForUpdate(customer).orElseThrow(() -> new AccountNotFoundException(customer));
        Payment earlier = payments.findByOrderNumber(orderNumber).orElse(null);
        if (earlier != null) {
            if (!earlier.says(kind, customer, amountPence)) {
                throw new OrderConflictException(earlier);
            }
            return new Receipt(earlier.id(), account.balancePence(), true);
        }
        Payment payment = payments.saveAndFlush(new Payment(
                orderNumber, customer, kind, amountPence, clock.instant().truncatedTo(ChronoUnit.MICROS)));
        long toCustomer = kind == Kind.REFUND ? amountPence : -amountPence;
        account.change(toCustomer);
        ledger.saveAll(List.of(
                new LedgerEntry(payment.id(), customer, toCustomer),
                new LedgerEntry(payment.id(), MERCHANT, -toCustomer)));
        receipts.send(payment);
        return new Receipt(payment.id(), account.balancePence(), false);
    }
}
