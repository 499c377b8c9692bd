package io.assent.chaos.isolation;

import com.github.freva.asciitable.AsciiTable;
import io.assent.chaos.proxy.FaultProxy;
import io.assent.chaos.system.BankSystem;
import io.assent.chaos.system.Endpoint;
import io.assent.chaos.system.Link;
import io.assent.chaos.system.Links;
import io.assent.chaos.system.ServiceNode;
import io.assent.demo.system.Database;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Two banks pay each other at a fixed rate; a third one (or one of the two) pays a fourth one all the while. By turns the fourth bank is well,
 * answers nothing at all, or gets its work calls but none of the coordinators' orders. What is compared is how long the
 * first two wait.
 */
@Command(
        name = "isolation",
        mixinStandardHelpOptions = true,
        description = "Measures what a participant that does not answer costs transactions that do not touch it.")
public final class IsolationCommand implements Callable<Integer> {

    private static final String VICTIM = "bank-4";
    private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);

    /** What happens to the fourth bank. */
    enum Condition {
        WELL("answers"),
        SILENT("answers nothing"),
        UNORDERED("gets no orders");

        private final String text;

        Condition(String text) {
            this.text = text;
        }
    }

    @Option(
            names = "--rounds",
            defaultValue = "5",
            description = "Times that each condition is measured; ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "15", description = "Length of each; ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--rate",
            defaultValue = "40",
            description = "Transfers a second that are measured; ${DEFAULT-VALUE}.")
    private int rate;

    @Option(
            names = "--victim-rate",
            defaultValue = "10",
            description = "Transfers a second to the fourth bank; ${DEFAULT-VALUE}.")
    private int victimRate;

    @Option(
            names = "--shared",
            description =
                    "The first bank pays the fourth one, in place of the third: healthy and hindered transfers share"
                            + " one initiator, its threads and its messages.")
    private boolean shared;

    @Option(
            names = "--most",
            defaultValue = "10",
            description = "By how many percent the 99th percentile may grow; ${DEFAULT-VALUE}.")
    private double most;

    private final Map<Link, FaultProxy> toVictim = new ConcurrentHashMap<>();

    @Override
    public Integer call() throws Exception {
        Path state = Files.createTempDirectory("assent-isolation");
        Path repository = Path.of(System.getProperty("assent.repository", "."));
        System.out.println("Starting 2 coordinators, 4 banks and 2 PostgreSQL servers ...");
        try (BankSystem system =
                BankSystem.start(BankSystem.Options.of(repository, state, 4).withLinks(links()), System.out::println)) {
            for (ServiceNode bank : system.banks()) {
                openAccounts(bank.endpoint());
            }
            System.out.println("Warming up ...");
            slice(system, Condition.WELL);
            slice(system, Condition.WELL);
            Map<Condition, Histogram> latencies = new ConcurrentHashMap<>();
            for (int round = 1; round <= rounds; round++) {
                // Another one comes first each time, so that what drifts hits all alike.
                List<Condition> order = new ArrayList<>(List.of(Condition.values()));
                Collections.rotate(order, round);
                for (Condition condition : order) {
                    System.out.printf("Round %d of %d: %s %s ...%n", round, rounds, VICTIM, condition.text);
                    Histogram slice = slice(system, condition);
                    latencies
                            .computeIfAbsent(condition, any -> new Histogram(slice))
                            .add(slice);
                }
            }
            return report(latencies);
        } finally {
            toVictim.values().forEach(FaultProxy::close);
            FileSystemUtils.deleteRecursively(state);
        }
    }

    private Links links() {
        return (link, target) -> {
            if (!link.to().equals(VICTIM)) {
                return target;
            }
            FaultProxy proxy = FaultProxy.http(link.toString(), new InetSocketAddress(target.host(), target.port()));
            toVictim.put(link, proxy);
            return Endpoint.loopback(proxy.port());
        };
    }

    /** One condition for a while; everything is over and healed when it returns. */
    private Histogram slice(BankSystem system, Condition condition) throws Exception {
        toVictim.forEach((link, proxy) -> {
            boolean orders = link.from().startsWith("coordinator");
            if (condition == Condition.SILENT || (condition == Condition.UNORDERED && orders)) {
                proxy.blackHole();
            }
        });
        TransferLoad measured = new TransferLoad(system.banks().get(0).endpoint(), "bank-1", "bank-2", rate);
        int payer = shared ? 0 : 2;
        TransferLoad hindered =
                new TransferLoad(system.banks().get(payer).endpoint(), "bank-" + (payer + 1), VICTIM, victimRate);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Thread other = new Thread(() -> runQuietly(hindered, end), "hindered");
        other.start();
        measured.run(() -> System.nanoTime() < end);
        toVictim.values().forEach(FaultProxy::heal);
        other.join();
        System.out.printf(
                Locale.ROOT,
                "  p50 %.1f ms, p99 %.1f ms, answers %s; to %s: %s%n",
                millis(measured.latency(), 50),
                millis(measured.latency(), 99),
                measured.answers(),
                VICTIM,
                hindered.answers());
        awaitSettled(system.logDatabase());
        return measured.latency();
    }

    private static void runQuietly(TransferLoad load, long end) {
        try {
            load.run(() -> System.nanoTime() < end);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int report(Map<Condition, Histogram> latencies) {
        double well = millis(latencies.getOrDefault(Condition.WELL, new Histogram(3)), 99);
        List<String[]> rows = new ArrayList<>();
        double worst = 0;
        for (Condition condition : Condition.values()) {
            Histogram latency = latencies.getOrDefault(condition, new Histogram(3));
            double growth = (millis(latency, 99) / well - 1) * 100;
            worst = Math.max(worst, growth);
            rows.add(new String[] {
                VICTIM + " " + condition.text,
                String.valueOf(latency.getTotalCount()),
                "%.1f".formatted(millis(latency, 50)),
                "%.1f".formatted(millis(latency, 99)),
                "%.1f".formatted(latency.getMaxValue() / 1e6),
                condition == Condition.WELL ? "" : "%+.1f %%".formatted(growth)
            });
        }
        System.out.println(AsciiTable.getTable(
                new String[] {"while", "transfers", "p50 ms", "p99 ms", "most ms", "p99 against well"},
                rows.toArray(String[][]::new)));
        int violations = worst < most ? 0 : 1;
        System.out.println("violations: " + violations);
        return violations == 0 ? 0 : 1;
    }

    private static double millis(Histogram latency, double percentile) {
        return latency.getValueAtPercentile(percentile) / 1e6;
    }

    private static void openAccounts(Endpoint bank) throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(bank.httpUrl() + "/accounts"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(TransferLoad.accounts()))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 204) {
            throw new IOException("accounts could not be opened: " + answer.statusCode() + " " + answer.body());
        }
    }

    /** Nothing of one slice may weigh on the next. */
    private static void awaitSettled(Database log) throws Exception {
        long end = System.nanoTime() + SETTLED_WITHIN.toNanos();
        while (unfinished(log) > 0) {
            if (System.nanoTime() > end) {
                throw new TimeoutException(
                        "transactions are unfinished " + SETTLED_WITHIN + " after everything is well");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static long unfinished(Database log) throws SQLException {
        try (Connection connection = DriverManager.getConnection(log.jdbcUrl(), log.name(), log.password());
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select count(*) from assent_transaction where completed_at is null")) {
            row.next();
            return row.getLong(1);
        }
    }
}
