package io.assent.chaos.points;

import io.assent.chaos.proxy.FaultProxy;
import io.assent.chaos.proxy.Message;
import io.assent.chaos.system.BankSystem;
import io.assent.chaos.system.Node;
import io.assent.chaos.system.ProxyLinks;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Two coordinators and three banks with a proxy on every link between them. Cases run in it one after the other. */
public final class Laboratory implements AutoCloseable {

    /** Short waits, so that most of a case is the case and not waiting for the next pass. */
    private static final List<String> COORDINATOR = List.of(
            "--assent.coordinator.recovery.lease=2s",
            "--assent.coordinator.log.socket-timeout=5s",
            "--assent.coordinator.log.cleanup-interval=1s");

    private static final List<String> BANK = List.of(
            "--assent.participant.sweep.interval=300ms",
            "--assent.participant.sweep.min-age=1s",
            "--spring.http.clients.read-timeout=6s");

    private final AtomicReference<@Nullable Subject> subject = new AtomicReference<>();
    private final ProxyLinks links = new ProxyLinks(this::observe, passage -> {});
    private final BankSystem system;
    private final TransferClient client;
    private final Books books;
    /** A run that is interrupted leaves no server behind. */
    private final Thread hook = new Thread(this::stop, "laboratory-stop");

    /**
     * Starts everything.
     *
     * @param repository with the built modules
     * @param state an empty or new directory
     */
    public Laboratory(Path repository, Path state) {
        BankSystem.Options options =
                BankSystem.Options.of(repository, state, 3).withLinks(links).withArguments(COORDINATOR, BANK);
        try {
            this.system = BankSystem.start(options, sentence -> {});
        } catch (RuntimeException e) {
            links.close();
            throw e;
        }
        this.client = new TransferClient(system);
        this.books = new Books(system);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    ProxyLinks links() {
        return links;
    }

    BankSystem system() {
        return system;
    }

    TransferClient client() {
        return client;
    }

    Books books() {
        return books;
    }

    Node node(String name) {
        return system.nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no " + name));
    }

    /** Whose messages are watched from now on. */
    void watch(Subject watched) {
        subject.set(watched);
    }

    /** Names of links on which something could not be understood; must be empty. */
    List<String> unframed() {
        return links.all().stream()
                .filter(proxy -> proxy.unframed() > 0)
                .map(FaultProxy::name)
                .toList();
    }

    /** Returns when every service takes requests. */
    void awaitReady() {
        Stream.concat(system.coordinators().stream(), system.banks().stream()).forEach(Node::awaitReady);
    }

    private void observe(Message message) {
        Subject watched = subject.get();
        if (watched != null) {
            watched.observe(message);
        }
    }

    @Override
    public void close() {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is on its way out and has run it, or will.
        }
    }

    private void stop() {
        system.close();
        links.close();
    }
}
