package io.assent.chaos.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that a run left, with the indexes that several rules need. */
final class Evidence {

    /** A booking with the bank where it is. */
    record Booking(String bank, Books.Entry entry) {

        Effect effect() {
            return new Effect(bank, entry.account(), entry.amount());
        }
    }

    private final History history;
    private final List<Books> banks;
    private final Map<String, Books.Marker> markers = new HashMap<>();
    private final Map<String, LogRow> log = new HashMap<>();
    private final Map<String, List<Booking>> byTransaction = new HashMap<>();
    private final Map<String, List<Booking>> byTransfer = new HashMap<>();
    private final Map<String, Invocation> transfers = new HashMap<>();
    private final Map<String, Invocation> requests = new HashMap<>();

    Evidence(History history, List<Books> banks, List<LogRow> rows) {
        this.history = history;
        this.banks = List.copyOf(banks);
        rows.forEach(row -> log.put(row.id(), row));
        for (Books bank : banks) {
            bank.markers()
                    .forEach(marker ->
                            markers.put(bank.bank() + " " + marker.transaction() + " " + marker.branch(), marker));
            for (Books.Entry entry : bank.entries()) {
                Booking booking = new Booking(bank.bank(), entry);
                byTransfer
                        .computeIfAbsent(entry.transfer(), transfer -> new ArrayList<>())
                        .add(booking);
                if (entry.transaction() != null) {
                    byTransaction
                            .computeIfAbsent(entry.transaction(), transaction -> new ArrayList<>())
                            .add(booking);
                }
            }
        }
        for (Invocation invocation : history.invocations()) {
            requests.put(invocation.request(), invocation);
            if (invocation.transfer() != null && !invocation.effects().isEmpty()) {
                transfers.putIfAbsent(invocation.transfer(), invocation);
            }
        }
    }

    History history() {
        return history;
    }

    List<Books> banks() {
        return banks;
    }

    Map<String, LogRow> log() {
        return log;
    }

    /** Committed bookings by transaction. */
    Map<String, List<Booking>> byTransaction() {
        return byTransaction;
    }

    Map<String, List<Booking>> byTransfer() {
        return byTransfer;
    }

    /** The first request for a transfer, which says what it is to do. */
    @Nullable
    Invocation transfer(String id) {
        return transfers.get(id);
    }

    Map<String, Invocation> transfers() {
        return transfers;
    }

    Map<String, Invocation> requests() {
        return requests;
    }

    Books.@Nullable Marker marker(String bank, String transaction, String branch) {
        return markers.get(bank + " " + transaction + " " + branch);
    }
}
