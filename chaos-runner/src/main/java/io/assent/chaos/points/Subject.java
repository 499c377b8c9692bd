package io.assent.chaos.points;

import io.assent.chaos.proxy.Message;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The one transaction of a case among others that run beside it: knows it by the name of its transfer and, as soon as a
 * message has told it, by its id. Thread-safe.
 */
public final class Subject {

    private final String transfer;
    private final Set<String> ids = ConcurrentHashMap.newKeySet();
    private final Set<String> connections = ConcurrentHashMap.newKeySet();

    public Subject(String transfer) {
        this.transfer = transfer;
    }

    /** The name of the transfer; accounts begin with it. */
    public String transfer() {
        return transfer;
    }

    /** The ids of its transaction, as far as they are known; mostly one, several if the transfer was tried again. */
    public Set<String> ids() {
        return Set.copyOf(ids);
    }

    public void learn(String id) {
        ids.add(id);
    }

    /** To be told of every message before rules look at it. */
    public void observe(Message message) {
        if (names(message)) {
            ids.addAll(message.transactions());
        }
        if (isAbout(message)) {
            connections.add(connection(message));
        }
    }

    /** Whether a message, or the request that it answers, carries its id or its name. */
    public boolean isAbout(Message message) {
        return message.transactions().stream().anyMatch(ids::contains)
                || names(message)
                || message.request().filter(this::isAbout).isPresent();
    }

    /** Whether a message that names nothing runs on a connection on which it was worked. */
    public boolean isOnItsConnection(Message message) {
        return connections.contains(connection(message));
    }

    private boolean names(Message message) {
        // Several transactions in one message, as in a batch, would all be taken for this one.
        return message.transactions().size() <= 1
                && (message.text().contains("\"" + transfer + "\"")
                        || message.values().stream()
                                .anyMatch(value -> value.equals(transfer) || value.startsWith(transfer + "-")));
    }

    private static String connection(Message message) {
        return message.link() + " " + message.connection();
    }
}
