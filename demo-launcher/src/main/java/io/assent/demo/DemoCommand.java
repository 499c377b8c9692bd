package io.assent.demo;

import io.assent.demo.system.AllKinds;
import io.assent.demo.system.DemoSystem;
import io.assent.demo.system.Receipts;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ./demo}: starts everything, runs a few checkouts, adds up, and stays up. */
@Command(
        name = "./demo",
        mixinStandardHelpOptions = true,
        subcommands = {ReplayCommand.class, IncidentCommand.class},
        description = "Starts PostgreSQL, the coordinator and the two sample services, runs checkouts through them, one"
                + " of them while the payment service is killed, and adds up. Stays up until Ctrl-C.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every sum held",
            "1:a sum did not hold, or a checkout ended otherwise than it should",
            "2:wrong options",
            "3:the system could not be started or used"
        })
final class DemoCommand implements Callable<Integer> {

    static final int HELD = 0;
    static final int NOT_HELD = 1;
    private static final Duration IN_DOUBT_PATIENCE = Duration.ofSeconds(30);
    private static final DateTimeFormatter RUN = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

    @Mixin
    private CommonOptions options = new CommonOptions();

    @Option(names = "--once", description = "End after the table and the sums.")
    private boolean once;

    CommonOptions options() {
        return options;
    }

    @Override
    public Integer call() throws Exception {
        try (Session session = Session.start(options);
                ShopClient client = new ShopClient(session.system(), 4)) {
            Screen screen = session.screen();
            boolean held = run(session.system(), client, screen);
            if (once) {
                return held ? HELD : NOT_HELD;
            }
            addresses(session.system(), screen);
            session.system().prepareFasterStarts();
            // Ctrl-C ends the JVM: its shutdown hook, in the session, stops everything.
            new CountDownLatch(1).await();
            return HELD;
        }
    }

    private static boolean run(DemoSystem system, ShopClient client, Screen screen) throws Exception {
        Checkouts checkouts = new Checkouts(system, client, screen, "demo-" + RUN.format(LocalDateTime.now()));
        ShopClient.Product product = checkouts.product();
        Checkouts.Customers customers = checkouts.openAccounts(checkouts.neededPence(product));
        checkouts.fillStock();
        Before before = Before.read(system);

        List<Checkouts.Row> rows = checkouts.run(customers, product);
        screen.table(
                "What happened",
                checkouts.headers(),
                rows.stream().map(Checkouts.Row::cells).toList());
        boolean held = addUp(system, client, screen, before);
        return held && rows.stream().allMatch(Checkouts.Row::holds);
    }

    /** Prints the sums and returns whether all held. */
    static boolean addUp(DemoSystem system, ShopClient client, Screen screen, Before before) throws Exception {
        screen.begun("Adding up");
        // Branches of the last transactions may still hear their decision; the check itself comes after.
        awaitQuiet(system);
        Sums sums = Sums.read(system);
        List<Sums.Check> checks = new ArrayList<>(sums.checks(before.moneyPence()));
        StockSums stock = StockSums.read(system);
        if (stock != null && before.stock() != null) {
            checks.addAll(stock.checks(before.stock()));
        }
        KindSums kinds = KindSums.read(system);
        if (kinds != null && before.kinds() != null) {
            checks.addAll(kinds.checks(before.kinds()));
        }
        checks.addAll(sums.apiChecks(client));
        screen.table("Sums", List.of("What must hold", "", "", "Holds"), cells(checks));
        return checks.stream().allMatch(Sums.Check::holds);
    }

    static List<List<String>> cells(List<Sums.Check> checks) {
        return checks.stream()
                .map(check -> List.of(check.statement(), check.left(), check.right(), check.holds() ? "yes" : "NO"))
                .toList();
    }

    /** Returns when nothing is in doubt and nothing reserved, or when that takes too long. */
    static void awaitQuiet(DemoSystem system) {
        Checkouts.retryUntil(IN_DOUBT_PATIENCE, quiet -> quiet, () -> isQuiet(system));
    }

    private static boolean isQuiet(DemoSystem system) throws Exception {
        AllKinds kinds = system.allKinds();
        return Sums.inDoubt(system) == 0
                && (kinds == null || KindSums.open(kinds) + Receipts.in(kinds).inDoubt() == 0);
    }

    private static void addresses(DemoSystem system, Screen screen) {
        screen.idle();
        screen.print("Storefront         " + system.orderUrl() + "/");
        screen.print("Console            " + system.coordinatorUrl() + "/console");
        screen.print("                   log in with the key in " + system.operatorKeyFile());
        screen.print("API documentation  " + system.coordinatorUrl() + "/swagger-ui.html (coordinator)");
        screen.print("                   " + system.orderUrl() + "/swagger-ui.html (order service)");
        screen.print("                   " + system.paymentUrl() + "/swagger-ui.html (payment service)");
        if (system.stock() != null) {
            screen.print("Stock              " + system.stockUrl() + "/api/stock");
        }
        AllKinds kinds = system.allKinds();
        if (kinds != null) {
            screen.print("Points             " + system.pointsUrl() + "/api/sums");
            screen.print("Receipts           queue " + Receipts.in(kinds).queue() + " at " + kinds.brokerAddress());
        }
        screen.print("Health             " + system.coordinatorUrl() + "/actuator/health");
        screen.print("                   " + system.orderUrl() + "/actuator/health");
        screen.print("                   " + system.paymentUrl() + "/actuator/health");
        screen.print("Logs               " + system.logDirectory());
        screen.print("");
        screen.print(
                "Everything stays up; a service that dies is started again. Ctrl-C stops it, and the next ./demo goes"
                        + " on with this data.");
    }
}
