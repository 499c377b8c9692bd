package io.assent.chaos.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One link between two processes, in front of the one that listens. It hands every message on unchanged until it is told
 * otherwise: by {@linkplain #rule rules}, for single messages, or by the switches {@link #cut}, {@link #refuse},
 * {@link #blackHole} and {@link #flap}, for all of them. Since every message of the link passes here whole, this is also
 * where a process can be killed exactly before or after one.
 *
 * <p>Listens on 127.0.0.1. The target may come and go: a connection that finds none is reset. Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(FaultProxy.class);
    private static final int BACKLOG = 256;

    private final String name;
    private final Protocol protocol;
    private final InetSocketAddress target;
    private final ServerSocket server;
    private final LinkState state = new LinkState();
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final List<Consumer<Passage>> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<Message>> observers = new CopyOnWriteArrayList<>();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicInteger unframed = new AtomicInteger();
    /** Of the last flapping; an older one ends when it sees a younger. */
    private final AtomicInteger flapping = new AtomicInteger();

    private FaultProxy(String name, Protocol protocol, InetSocketAddress target, int port) {
        this.name = name;
        this.protocol = protocol;
        this.target = target;
        try {
            this.server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        } catch (IOException e) {
            throw new UncheckedIOException("The link " + name + " cannot listen on port " + port, e);
        }
        thread("accept", this::accept);
    }

    /** A link that speaks HTTP/1.1, on a free port. */
    public static FaultProxy http(String name, InetSocketAddress target) {
        return new FaultProxy(name, Protocol.HTTP, target, 0);
    }

    /** A link that speaks HTTP/1.1. */
    public static FaultProxy http(String name, InetSocketAddress target, int port) {
        return new FaultProxy(name, Protocol.HTTP, target, port);
    }

    /** A link to a PostgreSQL server, on a free port. */
    public static FaultProxy postgres(String name, InetSocketAddress target) {
        return new FaultProxy(name, Protocol.POSTGRES, target, 0);
    }

    /** A link to a PostgreSQL server. */
    public static FaultProxy postgres(String name, InetSocketAddress target, int port) {
        return new FaultProxy(name, Protocol.POSTGRES, target, port);
    }

    public String name() {
        return name;
    }

    public Protocol protocol() {
        return protocol;
    }

    /** The port on 127.0.0.1 to connect to instead of the target's. */
    public int port() {
        return server.getLocalPort();
    }

    /** Where messages are handed on to. */
    public InetSocketAddress target() {
        return target;
    }

    /**
     * Arms a rule. Of several rules for one message the one that was armed first is applied; the others count it.
     *
     * @throws IllegalArgumentException if such an action makes no sense for such a message on this link
     */
    public Rule rule(Match match, Action action) {
        String refusal = action.refuses(protocol, match);
        if (refusal != null) {
            throw new IllegalArgumentException(refusal);
        }
        if (match.protocol() != null && match.protocol() != protocol) {
            throw new IllegalArgumentException("The link " + name + " speaks " + protocol + " and has no " + match
                    + ", which is " + match.protocol());
        }
        Rule rule = new Rule(name, match, action, rules::remove);
        rules.add(rule);
        return rule;
    }

    /** Disarms every rule. */
    public void disarm() {
        rules.clear();
    }

    /** Is told of every message when it has passed or was lost, on the thread that carried it; must be quick. */
    public void listen(Consumer<Passage> listener) {
        listeners.add(listener);
    }

    /**
     * Is told of every message when it has left its sender, before rules are looked at and before it is handed on, on the
     * thread that carries it; must be quick.
     */
    public void observe(Consumer<Message> observer) {
        observers.add(observer);
    }

    /**
     * Nothing passes in the given directions, or in both if none is given, until {@link #heal}: what is sent meanwhile
     * waits, as it does in a network whose packets are lost and sent again.
     */
    public void cut(Direction... directions) {
        Set<Direction> both = EnumSet.allOf(Direction.class);
        state.cut(directions.length == 0 ? both : EnumSet.copyOf(List.of(directions)));
    }

    /** Resets all connections, and every new one, until {@link #heal}. */
    public void refuse() {
        state.refuse();
        connections.forEach(Connection::reset);
    }

    /** Accepts and reads everything, and hands nothing on, until {@link #heal}. */
    public void blackHole() {
        state.swallow();
    }

    /** Refuses and heals by turns until {@link #heal}; starts with refusing. */
    public void flap(Duration refused, Duration healed) {
        int mine = flapping.incrementAndGet();
        refuse();
        thread("flap", () -> {
            try {
                boolean up = false;
                while (true) {
                    TimeUnit.NANOSECONDS.sleep((up ? healed : refused).toNanos());
                    synchronized (flapping) {
                        if (flapping.get() != mine || state.isClosed()) {
                            return;
                        }
                        up = !up;
                        if (up) {
                            state.heal();
                        } else {
                            refuse();
                        }
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Ends cut, refuse, black hole and flapping. Connections of which bytes were swallowed are reset. */
    public void heal() {
        synchronized (flapping) {
            flapping.incrementAndGet();
            state.heal();
        }
        connections.stream().filter(Connection::isBroken).forEach(Connection::reset);
    }

    /** Resets all connections that there are now. */
    public void resetConnections() {
        connections.forEach(Connection::reset);
    }

    /** How many connections are open now. */
    public int connections() {
        return connections.size();
    }

    /** How often a connection could not be cut into messages and was passed on byte by byte from there on. */
    public int unframed() {
        return unframed.get();
    }

    /**
     * Sends a request of this link once more, on a connection of its own; the reply goes to nobody but the caller.
     *
     * @param request an HTTP request that passed here before
     * @return the reply; fails if there is none
     */
    public CompletableFuture<Message> replay(Message request) {
        if (protocol != Protocol.HTTP || request.direction() != Direction.REQUEST) {
            throw new IllegalArgumentException("Only an HTTP request can be sent again: " + request);
        }
        return repeat(request, Duration.ZERO, null);
    }

    /** Ends all connections and stops listening. */
    @Override
    public void close() {
        state.close();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The link " + name + " could not be closed", e);
        }
        connections.forEach(Connection::reset);
    }

    LinkState state() {
        return state;
    }

    void thread(String purpose, Runnable work) {
        Thread thread = new Thread(work, "proxy-" + name + "-" + purpose);
        thread.setDaemon(true);
        thread.start();
    }

    void forget(Connection connection) {
        connections.remove(connection);
    }

    void unframed(Direction direction, long connection, UnframedException reason) {
        unframed.incrementAndGet();
        log.warn(
                "{}: connection {} is passed on byte by byte from here on: {} in a {}",
                name,
                connection,
                reason.getMessage(),
                direction);
    }

    void arrived(Message message) {
        observers.forEach(observer -> observer.accept(message));
    }

    void record(Passage passage) {
        listeners.forEach(listener -> listener.accept(passage));
    }

    /** The rule to apply; every other one that the message matches counts it. */
    @Nullable
    Claim claim(Message message) {
        Claim first = null;
        for (Rule rule : rules) {
            int hit = rule.claim(message);
            if (hit > 0 && first == null) {
                first = new Claim(rule, hit);
            }
        }
        return first;
    }

    /**
     * A rule to be applied to a message.
     *
     * @param hit the how-manieth message it is applied to, from 1
     */
    record Claim(Rule rule, int hit) {}

    CompletableFuture<Message> repeat(Message message, Duration later, @Nullable Rule rule) {
        CompletableFuture<Message> reply = rule == null ? new CompletableFuture<>() : rule.repetition();
        thread("repeat", () -> {
            try {
                TimeUnit.NANOSECONDS.sleep(later.toNanos());
                Message answer = Repetition.send(this, message);
                record(new Passage(message, Fate.REPEATED, System.nanoTime(), rule == null ? null : rule.toString()));
                reply.complete(answer);
            } catch (IOException | UnframedException e) {
                log.warn("{}: the copy of {} was not answered: {}", name, message, e.toString());
                reply.completeExceptionally(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                reply.completeExceptionally(e);
            }
        });
        return reply;
    }

    private void accept() {
        while (!state.isClosed()) {
            try {
                Socket client = server.accept();
                Connection connection = new Connection(this, numbers.incrementAndGet(), client);
                connections.add(connection);
                if (state.isRefusing() || state.isClosed()) {
                    connection.reset();
                } else {
                    thread("requests-" + numbers.get(), connection::run);
                }
            } catch (IOException e) {
                if (!state.isClosed()) {
                    log.warn("{}: a connection could not be accepted", name, e);
                }
            }
        }
    }
}
