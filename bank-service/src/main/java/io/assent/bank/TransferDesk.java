package io.assent.bank;

import io.assent.bank.Transfer.Entry;
import io.assent.bank.Transfer.Leg;
import io.assent.participant.GlobalTransactionTemplate;
import io.assent.participant.GlobalTransactions;
import io.assent.protocol.TransactionId;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Service;

/** Carries out transfers, as the initiator of their transactions. */
@Service
class TransferDesk {

    /**
     * @param transaction the transaction that carried it out
     * @param repeated it had been carried out before, and nothing was done now
     */
    record Done(String id, String transaction, boolean repeated) {}

    private final String bank;
    private final Ledger ledger;
    private final PeerBanks peers;
    private final GlobalTransactionTemplate transactions;

    TransferDesk(
            @Value("${assent.participant.name}") String bank,
            Ledger ledger,
            PeerBanks peers,
            GlobalTransactionTemplate transactions) {
        this.bank = bank;
        this.ledger = ledger;
        this.peers = peers;
        this.transactions = transactions;
    }

    /**
     * Carries a transfer out, once for its id. That is known for certain where this bank has a leg in it; elsewhere a
     * repetition is refused by the bank that has ({@code entry-exists}).
     *
     * @throws TransferFailedException if it rolls back because its work failed
     * @throws io.assent.participant.GlobalTransactionException if the commit was asked for and it did not commit
     */
    Done transfer(Transfer transfer) {
        transfer.check();
        for (Leg leg : transfer.legs()) {
            Transfer.require(here(leg) || peers.knows(leg.bank()), "there is no bank " + leg.bank());
        }
        Done earlier = earlier(transfer);
        return earlier != null ? earlier : transactions.execute("transfer", transfer.timeout(), () -> work(transfer));
    }

    private Done work(Transfer transfer) {
        TransactionId transaction = GlobalTransactions.currentId().orElseThrow();
        try {
            for (Leg leg : transfer.legs()) {
                if (here(leg)) {
                    ledger.book(leg.order(transfer.id()));
                } else {
                    peers.book(leg.bank(), leg.order(transfer.id()));
                }
            }
            return new Done(transfer.id(), transaction.toString(), false);
        } catch (RuntimeException e) {
            throw new TransferFailedException(transaction, e);
        }
    }

    private @Nullable Done earlier(Transfer transfer) {
        List<Ledger.Booked> booked = ledger.booked(transfer.id());
        if (booked.isEmpty()) {
            return null;
        }
        Map<String, Long> wanted = transfer.legs().stream()
                .filter(this::here)
                .flatMap(leg -> leg.entries().stream())
                .collect(Collectors.toMap(Entry::account, Entry::amount));
        Map<String, Long> done =
                booked.stream().collect(Collectors.toMap(Ledger.Booked::account, Ledger.Booked::amount));
        if (!wanted.equals(done)) {
            throw new RefusedException(
                    "transfer-conflict", "Transfer " + transfer.id() + " was carried out with other entries");
        }
        return new Done(transfer.id(), String.valueOf(booked.get(0).transaction()), true);
    }

    private boolean here(Leg leg) {
        return leg.bank().equals(bank);
    }
}
