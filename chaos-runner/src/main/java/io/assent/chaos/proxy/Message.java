package io.assent.chaos.proxy;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One message on a link: an HTTP request or response; in PostgreSQL all that a client sends up to a Query or Sync, or all
 * that the server answers up to ReadyForQuery. Immutable.
 */
public final class Message {

    private final String link;
    private final Direction direction;
    private final long connection;
    private final Frame frame;
    private final @Nullable Message request;
    private final Set<String> transactions;
    private final long arrivedNanos;

    Message(String link, Direction direction, long connection, Frame frame, @Nullable Message request) {
        this.link = link;
        this.direction = direction;
        this.connection = connection;
        this.frame = frame;
        this.request = request;
        this.arrivedNanos = System.nanoTime();
        Set<String> found = new LinkedHashSet<>(TransactionIds.in(frame.bytes(), frame.values()));
        if (request != null) {
            found.addAll(request.transactions);
        }
        this.transactions = Set.copyOf(found);
    }

    /** The name of the link. */
    public String link() {
        return link;
    }

    public Direction direction() {
        return direction;
    }

    /** The number of the connection on this link, from 1. */
    public long connection() {
        return connection;
    }

    /**
     * {@code POST /v1/commits} or {@code 200} in HTTP. In PostgreSQL the first words of the statements that are executed
     * ({@code BEGIN, INSERT}), or the command tags and {@code ERROR} with its SQLSTATE of the reply.
     */
    public String kind() {
        return frame.kind();
    }

    /** The body of an HTTP message, the statements of a PostgreSQL request, the tags and messages of its reply; bounded. */
    public String text() {
        return frame.text();
    }

    /** A header of an HTTP message by its name in any case. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers().get(name.toLowerCase(Locale.ROOT)));
    }

    /** All headers of an HTTP message by lower-case name. */
    public Map<String, String> headers() {
        return frame.headers();
    }

    /** What was bound to the statements of a PostgreSQL request, as text where it can be read as such. */
    public List<String> values() {
        return frame.values();
    }

    /** The request that this reply answers; empty for requests and for what the server says unasked. */
    public Optional<Message> request() {
        return Optional.ofNullable(request);
    }

    /** The ids of global transactions found anywhere in it, for a reply also those of its request. */
    public Set<String> transactions() {
        return transactions;
    }

    /** When the proxy had read all of it, in {@link System#nanoTime()}. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    /** How many bytes it has on the wire. */
    public int size() {
        return frame.bytes().length;
    }

    Frame frame() {
        return frame;
    }

    @Override
    public String toString() {
        return link + " " + connection + (direction == Direction.REQUEST ? " > " : " < ") + kind()
                + (request == null ? "" : " (to " + request.kind() + ")");
    }
}
