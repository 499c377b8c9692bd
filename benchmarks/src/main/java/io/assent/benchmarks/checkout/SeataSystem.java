package io.assent.benchmarks.checkout;

import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MeasuredService;
import io.assent.demo.system.Database;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The services with Apache Seata's client, and its server with its store in PostgreSQL. Both modes share one server. */
final class SeataSystem implements CheckoutSystem {

    private static final String SERVER = "seata-server";
    /** Phase two of mode AT deletes these, some time after the answer. */
    private static final String UNDO_LOG = "select count(*) from undo_log";

    private final String mode;
    private final String description;

    private SeataSystem(String mode, String description) {
        this.mode = mode;
        this.description = description;
    }

    static SeataSystem xa() {
        return new SeataSystem(
                "xa", "the services with Apache Seata 2.0.0 in mode XA; answered when both have committed");
    }

    static SeataSystem at() {
        return new SeataSystem(
                "at",
                "the services with Apache Seata 2.0.0 in mode AT: local commits with an undo log, so others see what may yet"
                        + " be undone");
    }

    @Override
    public String name() {
        return "seata-" + mode;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public String floor() {
        return FloorSystem.NAME;
    }

    @Override
    public Subject open(BenchSystem system, Workload workload, Initiator client) {
        Peers peers = new Peers(system.repository());
        MeasuredService server = server(system, peers.libraries(SERVER));
        boolean at = mode.equals("at");
        ShopServices shop = ShopServices.start(
                system,
                workload,
                name(),
                at ? script("seata-undo-log.sql") : "",
                (name, role, database, properties) -> {
                    List<String> arguments = new ArrayList<>(properties);
                    arguments.add("--spring.application.name=" + name);
                    arguments.add("--bench.seata.mode=" + mode);
                    return system.springService(
                            name,
                            List.of(
                                    "-Dservice.default.grouplist=127.0.0.1:"
                                            + server.url().getPort(),
                                    // Its byte code generator for proxies is older than Java 17.
                                    "--add-opens=java.base/java.lang=ALL-UNNAMED"),
                            peers.application("seata-services"),
                            role.equals("order")
                                    ? "io.assent.peers.seata.order.SeataOrderApplication"
                                    : "io.assent.peers.seata.payment.SeataPaymentApplication",
                            database,
                            arguments,
                            Map.of());
                });
        return new Subject(
                shop.checkouts(client),
                shop.books(name(), true, List.of(at ? UNDO_LOG : Books.IN_DOUBT)),
                shop.cpu(),
                server.cpu(),
                // Without what they say to the server, which is not HTTP.
                shop.urls());
    }

    /** Its {@code url} names the port of its own protocol. */
    private static MeasuredService server(BenchSystem system, String classPath) {
        MeasuredService running = system.service(SERVER);
        if (running != null) {
            return running;
        }
        Database store = system.createLogDatabase("seata", script("seata-server.sql"));
        int console = system.freePort();
        int port = system.freePort();
        MeasuredService started = system.start(
                SERVER,
                console,
                system.java(
                        // Its command line knows only a few options of its own.
                        List.of(
                                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                                "-Dserver.address=127.0.0.1",
                                "-Dserver.port=" + console,
                                "-Dseata.server.service-port=" + port,
                                "-Dlog.home=" + system.logs().resolve("seata"),
                                "-Dseata.store.mode=db",
                                "-Dseata.store.session.mode=db",
                                "-Dseata.store.lock.mode=db",
                                "-Dseata.store.db.datasource=hikari",
                                "-Dseata.store.db.db-type=postgresql",
                                "-Dseata.store.db.driver-class-name=org.postgresql.Driver",
                                "-Dseata.store.db.url=" + store.jdbcUrl(),
                                "-Dseata.store.db.user=" + store.name(),
                                "-Dseata.store.db.min-conn=10",
                                "-Dseata.store.db.max-conn=100"),
                        classPath,
                        "io.seata.server.ServerApplication",
                        List.of()),
                Map.of("SEATA_STORE_DB_PASSWORD", store.password()),
                "/");
        // A client that begins while the server is away believes for a long time that there is none.
        started.process().awaitReady();
        return system.register(SERVER, new MeasuredService(started.process(), URI.create("tcp://127.0.0.1:" + port)));
    }

    private static String script(String name) {
        try (InputStream script = SeataSystem.class.getResourceAsStream("/peers/" + name)) {
            if (script == null) {
                throw new IllegalStateException(name + " is missing");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
