package io.assent.demo;

import io.assent.demo.system.DemoSystem;
import io.assent.demo.system.Ports;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The options of every command. */
final class CommonOptions {

    /** The metrics that alerts are about change within a second, not within 15. */
    private static final List<String> OFTEN = List.of("--assent.coordinator.backlog.interval=1s");

    @Option(scope = ScopeType.INHERIT, names = "--reset", description = "Delete the data of earlier runs first.")
    boolean reset;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--replicated",
            description =
                    "Keep the decision log on a primary and a synchronous standby, and lose the primary in between."
                            + " Has data of its own.")
    boolean replicated;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--with-stock",
            description =
                    "Every checkout takes its goods from a third service, too: examples/node-participant, in Node.js."
                            + " Uses the machine's Node.js, or fetches one.")
    boolean withStock;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--all-kinds",
            description =
                    "Four services of four kinds in every checkout: --with-stock, receipts of the payment service in a"
                            + " message broker, and loyalty points at a provider that cannot prepare. Each is killed once.")
    boolean allKinds;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--postgres-port",
            paramLabel = "PORT",
            defaultValue = "" + Ports.POSTGRES,
            description = "PostgreSQL's port (default: ${DEFAULT-VALUE}).")
    int postgresPort;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--coordinator-port",
            paramLabel = "PORT",
            defaultValue = "" + Ports.COORDINATOR,
            description = "The coordinator's port (default: ${DEFAULT-VALUE}).")
    int coordinatorPort;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--order-port",
            paramLabel = "PORT",
            defaultValue = "" + Ports.ORDER,
            description = "The port of the order service and its storefront (default: ${DEFAULT-VALUE}).")
    int orderPort;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--payment-port",
            paramLabel = "PORT",
            defaultValue = "" + Ports.PAYMENT,
            description = "The payment service's port (default: ${DEFAULT-VALUE}).")
    int paymentPort;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--stock-port",
            paramLabel = "PORT",
            defaultValue = "" + Ports.STOCK,
            description = "The stock service's port, with --with-stock or --all-kinds (default: ${DEFAULT-VALUE}).")
    int stockPort;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--points-port",
            paramLabel = "PORT",
            defaultValue = "" + Ports.POINTS,
            description = "The points service's port, with --all-kinds (default: ${DEFAULT-VALUE}).")
    int pointsPort;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--provider-port",
            paramLabel = "PORT",
            defaultValue = "" + Ports.PROVIDER,
            description = "The points provider's port, with --all-kinds (default: ${DEFAULT-VALUE}).")
    int providerPort;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--broker-port",
            paramLabel = "PORT",
            defaultValue = "" + Ports.BROKER,
            description = "The message broker's port, with --all-kinds (default: ${DEFAULT-VALUE}).")
    int brokerPort;

    private boolean incidents;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec command;

    /**
     * The system is for incidents: what is broken in it and not mended, since somebody ended it in between, must not be
     * found by the next {@code ./demo}.
     *
     * @param needsStandby whether the decision log has to be replicated
     */
    void forIncidents(boolean needsStandby) {
        incidents = true;
        reset = true;
        replicated |= needsStandby;
    }

    /** @throws ParameterException when the ports cannot be used together */
    DemoSystem.Options system() {
        Path repository = Path.of(System.getProperty("assent.demo.repository", "."));
        Ports ports;
        try {
            ports = ports();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
        }
        Path state = Path.of(System.getProperty(
                "assent.demo.state", repository.resolve(".demo").toString()));
        return incidents
                ? new DemoSystem.Options(repository, state.resolve("incidents"), ports, replicated, OFTEN)
                : new DemoSystem.Options(repository, state, ports, replicated, List.of());
    }

    private Ports ports() {
        if (allKinds) {
            return new Ports(
                    postgresPort,
                    coordinatorPort,
                    orderPort,
                    paymentPort,
                    stockPort,
                    pointsPort,
                    providerPort,
                    brokerPort);
        }
        return new Ports(postgresPort, coordinatorPort, orderPort, paymentPort, withStock ? stockPort : Ports.NONE);
    }
}
