package io.assent.participant.test;

import io.assent.protocol.TransactionId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The transactions whose decision this application has asked for, in that order. Thread-safe. */
final class AskedFor implements Consumer<TransactionId> {

    private final List<TransactionId> ids = new ArrayList<>();

    @Override
    public synchronized void accept(TransactionId id) {
        ids.remove(id);
        ids.add(id);
    }

    synchronized List<TransactionId> ids() {
        return List.copyOf(ids);
    }

    synchronized void clear() {
        ids.clear();
    }
}
