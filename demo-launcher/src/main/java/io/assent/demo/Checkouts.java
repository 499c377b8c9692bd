package io.assent.demo;

import io.assent.demo.process.SupervisedProcess;
import io.assent.demo.system.AllKinds;
import io.assent.demo.system.Database;
import io.assent.demo.system.DemoException;
import io.assent.demo.system.DemoSystem;
import io.assent.embeddedpostgres.ReplicatedPostgres;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Checkouts through the storefront's interface: one commits, one is refused, one loses a service in the middle. With a stock
 * service, two more: one is refused by it, one loses it in the middle. With services of all kinds, two more lose the points and the
 * order service. If the decision log is replicated, one loses the log's primary.
 */
final class Checkouts {

    private static final String RICH = "ada";
    private static final long RICH_OPENING_PENCE = 500_000;
    private static final String POOR = "cleo";
    private static final long POOR_OPENING_PENCE = 700;
    /** How long the system may take to finish by itself what the kill interrupted. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration POLL = Duration.ofMillis(100);
    /** How often a checkout is sent before somebody is killed in it. */
    private static final int ATTEMPTS = 3;

    /** So many pieces of everything are in stock, and so few of one article. */
    private static final long PLENTY = 1_000;

    private static final long FEW = 3;

    /**
     * One row of the table; {@code holds} is false when something else happened than should.
     *
     * @param databases what each of the services' databases has
     */
    record Row(String checkout, String answer, List<String> databases, String transaction, boolean holds) {

        List<String> cells() {
            List<String> cells = new ArrayList<>(List.of(checkout, answer));
            cells.addAll(databases);
            cells.add(transaction + (holds ? "" : "  NOT AS IT SHOULD BE"));
            return cells;
        }
    }

    private final DemoSystem system;
    private final ShopClient client;
    private final Screen screen;
    private final String run;

    /** @param run names the orders of this run; letters, digits and hyphens */
    Checkouts(DemoSystem system, ShopClient client, Screen screen, String run) {
        this.system = system;
        this.client = client;
        this.screen = screen;
        this.run = run;
    }

    /** Accounts are opened before the money is counted: nothing else may change the total. */
    Customers openAccounts(long neededPence) throws IOException {
        client.openAccount(POOR, POOR_OPENING_PENCE);
        // Somebody who shops at every run is out of money some day; the next one takes over.
        for (int i = 1; ; i++) {
            String name = i == 1 ? RICH : RICH + "-" + i;
            if (client.openAccount(name, RICH_OPENING_PENCE) >= neededPence) {
                return new Customers(name, POOR);
            }
        }
    }

    record Customers(String rich, String poor) {}

    ShopClient.Product product() throws IOException {
        return client.products().stream()
                .filter(product -> product.pricePence() > POOR_OPENING_PENCE
                        && 2 * product.pricePence() <= RICH_OPENING_PENCE / 10)
                .findFirst()
                .orElseThrow(() -> new DemoException("The shop sells nothing that this demonstration can buy"));
    }

    /** The titles of the columns. */
    List<String> headers() {
        List<String> headers = new ArrayList<>(List.of("Checkout", "Answer", "Orders database", "Payments database"));
        if (system.stock() != null) {
            headers.add("Stock database");
        }
        if (system.allKinds() != null) {
            headers.add("Points provider");
        }
        headers.add("Transaction");
        return headers;
    }

    /** What all checkouts of one run cost together, at most. */
    long neededPence(ShopClient.Product product) throws IOException {
        long withoutStock = (system.allKinds() == null ? 4 : 6) * product.pricePence();
        return system.stock() == null
                ? withoutStock
                : withoutStock
                        + product.pricePence()
                        + (FEW + 1) * scarceProduct().pricePence();
    }

    /** Goods are delivered before they are counted. */
    void fillStock() throws IOException {
        if (system.stock() == null) {
            return;
        }
        String scarce = scarceProduct().sku();
        for (ShopClient.Product product : client.products()) {
            long available = client.available(product.sku());
            long wanted = product.sku().equals(scarce) ? FEW : PLENTY;
            if (available < wanted) {
                client.deliver(product.sku(), wanted - available);
            }
        }
    }

    /** The cheapest one, so that money is not what is missing. */
    private ShopClient.Product scarceProduct() throws IOException {
        return client.products().stream()
                .min(Comparator.comparingLong(ShopClient.Product::pricePence))
                .orElseThrow(() -> new DemoException("The shop sells nothing"));
    }

    List<Row> run(Customers customers, ShopClient.Product product) throws IOException, SQLException {
        List<Row> rows = new ArrayList<>();
        rows.add(committed(customers.rich(), product));
        rows.add(refused(customers.poor(), product));
        rows.add(killed(customers.rich(), product));
        SupervisedProcess stock = system.stockService();
        if (stock != null) {
            rows.add(refusedByStock(customers.rich(), scarceProduct()));
            rows.add(killed(stock, run + "-6", customers.rich(), product));
        }
        AllKinds kinds = system.allKinds();
        if (kinds != null) {
            rows.add(killed(kinds.pointsService(), run + "-7", customers.rich(), product));
            rows.add(killed(system.order(), run + "-8", customers.rich(), product));
        }
        ReplicatedPostgres decisionLog = system.decisionLog();
        if (decisionLog != null) {
            rows.add(failedOver(decisionLog, customers.rich(), product));
        }
        return rows;
    }

    private Row committed(String customer, ShopClient.Product product) throws IOException, SQLException {
        screen.begun("A checkout that commits");
        String number = run + "-1";
        ShopClient.Answer answer = client.checkout(number, customer, product.sku(), 2);
        JsonNode transaction = settled(answer.text("transaction"), PATIENCE);
        Trace trace = trace(number);
        return new Row(
                customer + " buys 2 x " + product.name(),
                answer.status() + " " + (answer.ok() ? answer.text("status") : answer.problem()),
                trace.cells(),
                describe(transaction),
                answer.status() == 201 && trace.isComplete(2 * product.pricePence(), 2) && isCommitted(transaction));
    }

    private Row refused(String customer, ShopClient.Product product) throws IOException, SQLException {
        screen.begun("A checkout that the payment service refuses");
        String number = run + "-2";
        ShopClient.Answer answer = client.checkout(number, customer, product.sku(), 1);
        JsonNode transaction = settled(answer.text("transaction"), PATIENCE);
        Trace trace = trace(number);
        return new Row(
                customer + " buys 1 x " + product.name(),
                answer.status() + " " + answer.problem() + ": " + answer.text("detail"),
                trace.cells(),
                transaction == null ? "rolled back" : describe(transaction),
                answer.status() == 409 && answer.problem().equals("payment-refused") && trace.isEmpty());
    }

    private Row killed(String customer, ShopClient.Product product) throws IOException, SQLException {
        screen.begun("A checkout whose payment service is killed (-9) between its vote and the decision");
        String number = run + "-3";
        int starts = system.payment().starts();
        client.breakPayment("KILL_AFTER_VOTE");
        long sent = System.nanoTime();
        ShopClient.Answer first = tryCheckout(number, customer, product);
        await(
                "the payment service to be killed and started again",
                () -> system.payment().starts() > starts);
        system.payment().awaitReady();
        return completed("payment service", number, customer, product, first, sent);
    }

    /** The payment is prepared already when the stock service says no. */
    private Row refusedByStock(String customer, ShopClient.Product product) throws IOException, SQLException {
        screen.begun("A checkout that the stock service refuses");
        String number = run + "-5";
        int tooMany = Math.toIntExact(client.available(product.sku()) + 1);
        ShopClient.Answer answer = client.checkout(number, customer, product.sku(), tooMany);
        JsonNode transaction = settled(answer.text("transaction"), PATIENCE);
        Trace trace = trace(number);
        return new Row(
                customer + " buys " + tooMany + " x " + product.name(),
                answer.status() + " " + answer.problem() + ": " + answer.text("detail"),
                trace.cells(),
                transaction == null ? "rolled back" : describe(transaction),
                answer.status() == 409 && answer.problem().equals("stock-refused") && trace.isEmpty());
    }

    /** While the coordinator stands still nobody can decide, so the moment between votes and decision is not missed. */
    private Row killed(SupervisedProcess victim, String number, String customer, ShopClient.Product product)
            throws IOException, SQLException {
        String name = victim.name().replace('-', ' ');
        screen.begun("A checkout whose " + name + " is killed (-9) between its vote and the decision");
        int starts = victim.starts();
        long sent = System.nanoTime();
        Supplier<Optional<ShopClient.Answer>> checkout =
                () -> Optional.ofNullable(tryCheckout(number, customer, product));
        Optional<CompletableFuture<Optional<ShopClient.Answer>>> first = Optional.empty();
        for (int attempt = 1; first.isEmpty(); attempt++) {
            if (attempt > ATTEMPTS) {
                throw new DemoException("The " + name + " could not be killed between its vote and the decision: "
                        + ATTEMPTS + " checkouts were answered before every service had voted");
            }
            first = killedAfterTheVotes(victim, checkout);
        }
        await("the " + name + " to be started again", () -> victim.starts() > starts);
        victim.awaitReady();
        return completed(name, number, customer, product, first.get().join().orElse(null), sent);
    }

    /**
     * Kills it when all have voted. Empty: the checkout failed before that, as it may if it meets a connection to a process
     * that was killed before; who is told so asks again.
     */
    private Optional<CompletableFuture<Optional<ShopClient.Answer>>> killedAfterTheVotes(
            SupervisedProcess victim, Supplier<Optional<ShopClient.Answer>> checkout) {
        // What was rolled back before may be answered before its branches have ended, and they hold rows.
        await("what went before to be over", () -> Sums.servicesInDoubt(system) == 0);
        int services = system.allKinds() == null ? 3 : 4;
        system.coordinator().pause();
        try {
            CompletableFuture<Optional<ShopClient.Answer>> answer = CompletableFuture.supplyAsync(checkout);
            // The order service prepares last, when it has all votes.
            await(
                    "the votes of " + services + " services",
                    () -> answer.isDone() || Sums.servicesInDoubt(system) == services);
            if (answer.isDone()) {
                return Optional.empty();
            }
            victim.kill();
            return Optional.of(answer);
        } finally {
            system.coordinator().resume();
        }
    }

    /** What became of a checkout during which a service was killed. */
    private Row completed(
            String victim,
            String number,
            String customer,
            ShopClient.Product product,
            ShopClient.@Nullable Answer first,
            long sent)
            throws IOException, SQLException {
        screen.begun("Waiting until the interrupted transaction completes by itself");
        ShopClient.Answer last = first != null && first.ok() ? first : repeatUntilKnown(number, customer, product);
        JsonNode transaction = settled(last.text("transaction"), PATIENCE);
        double seconds = secondsSince(sent);
        Trace trace = trace(number);
        String answers = first == null
                ? "no answer"
                : first.status() + " " + (first.ok() ? first.text("status") : first.problem());
        return new Row(
                customer + " buys 1 x " + product.name() + ", " + victim + " killed after its vote",
                first == last ? answers : answers + ", asked again: " + last.status() + " " + last.text("status"),
                trace.cells(),
                describe(transaction) + String.format(Locale.ROOT, " by itself, %.1f s after the order", seconds),
                last.ok() && trace.isComplete(product.pricePence(), 1) && isCommitted(transaction));
    }

    private Row failedOver(ReplicatedPostgres decisionLog, String customer, ShopClient.Product product)
            throws IOException, SQLException {
        screen.begun("A checkout while the primary of the decision log is killed (-9) and its standby is promoted");
        String number = run + "-4";
        long killed = System.nanoTime();
        screen.note("Killed the primary of the decision log on 127.0.0.1:"
                + decisionLog.primary().port() + " (process "
                + decisionLog.primary().pid() + ").");
        decisionLog.primary().kill();
        CompletableFuture<Double> failover = CompletableFuture.supplyAsync(() -> {
            decisionLog.promoteStandby();
            screen.note(
                    "Promoted its standby on 127.0.0.1:" + decisionLog.primary().port()
                            + String.format(Locale.ROOT, " %.1f s later.", secondsSince(killed)));
            decisionLog.rebuildStandby();
            double rebuilt = secondsSince(killed);
            screen.note("Rebuilt the killed one as the new standby"
                    + String.format(Locale.ROOT, " %.1f s after the kill; decisions go on.", rebuilt));
            return rebuilt;
        });
        ShopClient.Answer answer;
        double answered;
        try {
            // Nothing is decided meanwhile, and nothing is lost: the customer asks again.
            answer = repeatUntil(ShopClient.Answer::ok, number, customer, product);
            answered = secondsSince(killed);
        } finally {
            failover.join();
        }
        JsonNode transaction = settled(answer.text("transaction"), PATIENCE);
        Trace trace = trace(number);
        return new Row(
                customer + " buys 1 x " + product.name() + ", decision log's primary killed, standby promoted",
                answer.status() + " " + (answer.ok() ? answer.text("status") : answer.problem())
                        + String.format(Locale.ROOT, ", %.1f s after the kill", answered),
                trace.cells(),
                describe(transaction),
                answer.ok() && trace.isComplete(product.pricePence(), 1) && isCommitted(transaction));
    }

    private static double secondsSince(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime).toMillis() / 1000.0;
    }

    ShopClient.@Nullable Answer tryCheckout(String number, String customer, ShopClient.Product product) {
        try {
            return client.checkout(number, customer, product.sku(), 1);
        } catch (IOException e) {
            return null;
        }
    }

    /** What a customer does who was told "unknown": ask again with the same order number. */
    ShopClient.Answer repeatUntilKnown(String number, String customer, ShopClient.Product product) throws IOException {
        return repeatUntil(answer -> answer.status() < 500, number, customer, product);
    }

    private ShopClient.Answer repeatUntil(
            Predicate<ShopClient.Answer> wanted, String number, String customer, ShopClient.Product product)
            throws IOException {
        Retry retry = Retry.of(
                "checkout",
                RetryConfig.<ShopClient.Answer>custom()
                        .maxAttempts(60)
                        .intervalFunction(IntervalFunction.ofExponentialRandomBackoff(200, 1.5, 0.3, 2_000))
                        .retryExceptions(IOException.class)
                        .retryOnResult(wanted.negate())
                        .build());
        Callable<ShopClient.Answer> ask =
                Retry.decorateCallable(retry, () -> client.checkout(number, customer, product.sku(), 1));
        try {
            return ask.call();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    /** The transaction once it is complete, or as it is when the patience is over. */
    @Nullable
    JsonNode settled(String transaction, Duration patience) {
        if (transaction.isEmpty()) {
            return null;
        }
        JsonNode[] last = {null};
        retryUntil(patience, done -> done, () -> {
            JsonNode found = client.transaction(transaction);
            last[0] = found != null ? found : last[0];
            return found != null && found.path("completion").asString("").equals("COMPLETE");
        });
        return last[0];
    }

    static void await(String what, Callable<Boolean> condition) {
        if (!retryUntil(PATIENCE, done -> done, condition)) {
            throw new DemoException("Waited " + PATIENCE.toSeconds() + " s in vain for " + what);
        }
    }

    static boolean retryUntil(Duration patience, Predicate<Boolean> done, Callable<Boolean> condition) {
        Retry retry = Retry.of(
                "wait",
                RetryConfig.<Boolean>custom()
                        .maxAttempts((int) (patience.toMillis() / POLL.toMillis()))
                        .waitDuration(POLL)
                        .retryOnResult(done.negate())
                        .build());
        try {
            return Retry.decorateCallable(retry, condition).call();
        } catch (Exception e) {
            throw new DemoException("Waiting failed: " + e.getMessage(), e);
        }
    }

    private static boolean isCommitted(@Nullable JsonNode transaction) {
        return transaction != null && transaction.path("outcome").asString("").equals("COMMITTED");
    }

    private static String describe(@Nullable JsonNode transaction) {
        if (transaction == null) {
            return "not known to the coordinator";
        }
        String outcome = transaction.path("outcome").asString("");
        return outcome.isEmpty() ? transaction.path("state").asString("?") + ", not complete" : outcome;
    }

    /**
     * What the databases have of one order.
     *
     * @param withStock whether there should be pieces
     * @param withPoints whether there should be points
     */
    private record Trace(
            @Nullable Long orderPence,
            @Nullable Long paymentPence,
            @Nullable Long pieces,
            @Nullable Long points,
            boolean withStock,
            boolean withPoints) {

        List<String> cells() {
            List<String> cells = new ArrayList<>();
            cells.add(orderPence == null ? "nothing" : "1 order, " + Money.format(orderPence));
            cells.add(paymentPence == null ? "nothing" : "1 payment, " + Money.format(paymentPence));
            if (withStock) {
                cells.add(pieces == null ? "nothing" : pieces + " reserved");
            }
            if (withPoints) {
                cells.add(points == null ? "nothing" : points + " captured");
            }
            return cells;
        }

        boolean isEmpty() {
            return orderPence == null && paymentPence == null && pieces == null && points == null;
        }

        boolean isComplete(long pence, long quantity) {
            return Long.valueOf(pence).equals(orderPence)
                    && Long.valueOf(pence).equals(paymentPence)
                    && (!withStock || Long.valueOf(quantity).equals(pieces))
                    && (!withPoints || Long.valueOf(pence / 100).equals(points));
        }
    }

    private Trace trace(String number) throws SQLException {
        Database stock = system.stock();
        AllKinds kinds = system.allKinds();
        return new Trace(
                amount(system.orders(), "select amount_pence from shop_order where order_number = ?", number),
                amount(system.payments(), "select amount_pence from payment where order_number = ?", number),
                stock == null
                        ? null
                        : amount(stock, "select quantity from reservation where starts_with(key, ?)", number + "."),
                kinds == null ? null : capturedPoints(kinds, number),
                stock != null,
                kinds != null);
    }

    /** What the provider has given under the key that the points service has noted for this order. */
    private static @Nullable Long capturedPoints(AllKinds kinds, String number) throws SQLException {
        String key = text(kinds.points(), "select reservation::text from award where order_number = ?", number);
        return key == null
                ? null
                : amount(
                        kinds.provider(),
                        "select points from reservation where key = ?::uuid and state = 'CAPTURED'",
                        key);
    }

    private static @Nullable Long amount(Database database, String query, String number) throws SQLException {
        String text = text(database, query, number);
        return text == null ? null : Long.valueOf(text);
    }

    private static @Nullable String text(Database database, String query, String parameter) throws SQLException {
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, parameter);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : null;
            }
        }
    }
}
