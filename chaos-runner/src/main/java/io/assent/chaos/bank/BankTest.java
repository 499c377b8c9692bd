package io.assent.chaos.bank;

import io.assent.chaos.checker.Books;
import io.assent.chaos.checker.Checker;
import io.assent.chaos.checker.Fault;
import io.assent.chaos.checker.History;
import io.assent.chaos.checker.LogRow;
import io.assent.chaos.checker.Report;
import io.assent.chaos.checker.Resources;
import io.assent.chaos.checker.Run;
import io.assent.chaos.system.BankKind;
import io.assent.chaos.system.BankSystem;
import io.assent.chaos.system.ServiceNode;
import io.assent.demo.system.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** One run: load, faults, the end of all that is open, and the checker's report on what is left. */
final class BankTest {

    /** Until every client knows what became of its transfers, and no branch is in doubt any more. */
    private static final Duration SETTLE = Duration.ofSeconds(60);

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final int BATCH = 5_000;
    /** Request threads and the like that stay for a while after the load, see {@code server.tomcat.threads.max}. */
    private static final int THREAD_ALLOWANCE = 60;

    /** Longer than a request thread stays that nobody needs, which is a minute. */
    private static final Duration IDLE_THREADS = Duration.ofSeconds(90);

    /** Rare enough: each look is a request, and keeps a request thread for another minute. */
    private static final Duration THREAD_POLL = Duration.ofSeconds(5);

    /**
     * How a run goes.
     *
     * @param until when faults end although more are planned; null: never
     * @param endWithPlans whether the run ends when nothing is left to do, with faults or without
     */
    record Settings(
            long seed, int clients, int rate, @Nullable Instant until, boolean endWithPlans) {}

    /** Told how far the run is; called from one thread. */
    interface Listener {
        void progress(Progress progress);
    }

    /** @param broken faults so far by kind */
    record Progress(Map<String, Long> broken, long transfers, double rate, int inDoubt, int unresolved, String doing) {}

    private final BankSystem system;
    private final Breaker breaker;
    private final Plans plans;
    private final Path directory;
    private final Settings settings;
    private final Listener listener;
    private final Addresses addresses;
    private final long started = System.nanoTime();
    private final Map<String, Long> broken = new TreeMap<>();

    /**
     * @param breaker what is broken
     * @param directory where the history is kept
     */
    BankTest(BankSystem system, Breaker breaker, Plans plans, Path directory, Settings settings, Listener listener) {
        this.system = system;
        this.breaker = breaker;
        this.plans = plans;
        this.directory = directory;
        this.settings = settings;
        this.listener = listener;
        Map<String, String> banks = new LinkedHashMap<>();
        system.banks()
                .forEach(bank ->
                        banks.put(bank.name(), system.forClients(bank.name()).httpUrl()));
        this.addresses = new Addresses(
                system.coordinators().stream()
                        .map(coordinator ->
                                system.forClients(coordinator.name()).httpUrl())
                        .toList(),
                banks);
    }

    /** A seed for those who don't give one; short enough to be typed. */
    static long newSeed() {
        return ThreadLocalRandom.current().nextLong(1, 1_000_000_000);
    }

    /** @throws IllegalStateException if the run could not be carried out; nothing is known then */
    Report run() throws IOException, SQLException, InterruptedException {
        long begun = System.currentTimeMillis();
        openAccounts();
        try (ResourceProbe probe = new ResourceProbe(services(), directory)) {
            probe.record(Resources.When.BEFORE);
            try (DoubtWatch doubt = new DoubtWatch(
                            system.bankPostgres().server(),
                            databases(BankKind.TCC),
                            databases(BankKind.OWN),
                            directory);
                    Workload workload = new Workload(
                            plans, addresses, directory, settings.clients(), settings.rate(), settings.seed())) {
                breakThings(workload, doubt);
                report(workload, doubt, "settling");
                workload.settle(SETTLE);
                awaitNothingOpen(probe);
            }
            awaitThreads(probe);
            probe.record(Resources.When.AFTER);
        }
        Files.writeString(
                directory.resolve("run.json"),
                JsonLines.JSON.writeValueAsString(new Run(
                        settings.seed(),
                        begun,
                        System.currentTimeMillis(),
                        money(),
                        allowedHosts(),
                        THREAD_ALLOWANCE)));
        return check();
    }

    private void openAccounts() {
        Requests requests = new Requests();
        plans.accounts().forEach((bank, accounts) -> {
            List<Map<String, Object>> list = new ArrayList<>();
            accounts.forEach((id, balance) -> list.add(Map.of("id", id, "balance", balance)));
            for (int from = 0; from < list.size(); from += BATCH) {
                Requests.Answer answer = requests.send(
                        "POST",
                        addresses.bank(bank) + "/accounts",
                        Map.of("accounts", list.subList(from, Math.min(list.size(), from + BATCH))),
                        Map.of());
                if (!answer.successful()) {
                    throw new IllegalStateException(bank + " opens no accounts: " + answer);
                }
            }
        });
    }

    private void breakThings(Workload workload, DoubtWatch doubt) throws InterruptedException {
        Thread.sleep(WARM_UP.toMillis());
        try (JsonLines lines = new JsonLines(directory.resolve("faults.jsonl"))) {
            while (!workload.isFinished() && !isOver()) {
                Fault fault = breaker.next();
                if (fault == null) {
                    break;
                }
                lines.write(fault);
                broken.merge(fault.kind(), (long) fault.count(), Long::sum);
                report(workload, doubt, fault.kind().toLowerCase(Locale.ROOT) + " " + fault.victims());
            }
        }
        while (settings.endWithPlans() && !workload.isFinished() && !isOver()) {
            Thread.sleep(POLL.toMillis());
            report(workload, doubt, "no more faults");
        }
    }

    private boolean isOver() {
        return settings.until() != null && Instant.now().isAfter(settings.until());
    }

    private void report(Workload workload, DoubtWatch doubt, String doing) {
        double seconds = (System.nanoTime() - started) / 1e9;
        listener.progress(new Progress(
                Map.copyOf(broken),
                workload.done(),
                workload.done() / seconds,
                doubt.inDoubt(),
                workload.unresolved(),
                doing));
    }

    /** Nothing prepared, nothing unfinished, no connection in use; what is left after the time is the checker's to judge. */
    private void awaitNothingOpen(ResourceProbe probe) throws InterruptedException, SQLException {
        long deadline = System.nanoTime() + SETTLE.toNanos();
        // Twice: a decision that a coordinator had not been able to write may have been written before it was asked.
        while (System.nanoTime() - deadline < 0
                && !(isNothingOpen() && probe.isNothingAtWork(system.coordinators()) && isNothingOpen())) {
            Thread.sleep(POLL.toMillis());
        }
    }

    /** Threads that a burst of requests has made end by themselves; those that do not are the checker's to judge. */
    private void awaitThreads(ResourceProbe probe) throws InterruptedException {
        long deadline = System.nanoTime() + IDLE_THREADS.toNanos();
        while (System.nanoTime() - deadline < 0 && !probe.threadsAreBack(THREAD_ALLOWANCE)) {
            Thread.sleep(THREAD_POLL.toMillis());
        }
    }

    private boolean isNothingOpen() throws SQLException {
        for (Database database : databases(BankKind.TCC)) {
            if (count(database, "select count(*) from assent_reservation") > 0) {
                return false;
            }
        }
        for (Database database : databases(BankKind.OWN)) {
            if (count(database, "select count(*) from branch where state = 'PREPARED'") > 0) {
                return false;
            }
        }
        return count(system.bankDatabases().get(0), "select count(*) from pg_prepared_xacts") == 0
                && count(system.logDatabase(), "select count(*) from assent_transaction where completed_at is null")
                        == 0;
    }

    private List<Database> databases(BankKind kind) {
        return system.bankDatabases().stream()
                .filter(database -> system.kind(database.name()) == kind)
                .toList();
    }

    private static long count(Database database, String query) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private Report check() throws IOException, SQLException {
        List<Books> books = new ArrayList<>();
        for (Database database : system.bankDatabases()) {
            try (Connection connection = database.connect()) {
                books.add(books(database.name(), connection));
            }
        }
        try (Connection connection = system.logDatabase().connect()) {
            return Checker.check(History.read(directory), books, LogRow.read(connection));
        }
    }

    private Books books(String bank, Connection main) throws SQLException {
        Database further = system.furtherDatabase(bank).orElse(null);
        if (further == null) {
            return system.kind(bank) == BankKind.OWN ? Books.readWithLog(bank, main) : Books.read(bank, main);
        }
        try (Connection connection = further.connect()) {
            return system.kind(bank) == BankKind.TCC
                    ? Books.readWithVault(bank, main, connection)
                    : Books.readWithCopy(bank, main, connection);
        }
    }

    private Map<String, Long> money() {
        Map<String, Long> money = new LinkedHashMap<>();
        plans.accounts()
                .forEach((bank, accounts) -> money.put(
                        bank,
                        accounts.values().stream().mapToLong(Long::longValue).sum()));
        return money;
    }

    private List<String> allowedHosts() {
        return services().stream().map(service -> service.endpoint().toString()).toList();
    }

    private List<ServiceNode> services() {
        List<ServiceNode> services = new ArrayList<>(system.coordinators());
        services.addAll(system.banks());
        return services;
    }
}
