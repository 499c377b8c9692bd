package io.assent.demo;

import io.assent.demo.process.SupervisedProcess;
import io.assent.demo.system.DemoException;
import io.assent.demo.system.DemoSystem;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * One incident as it goes on: the system, what was seen before, what is printed, and what must hold in the end. Used by one
 * thread.
 */
final class WalkThrough {

    /** The payment service's name as a participant. */
    static final String PAYMENT = "payment-service";

    private final String name;
    private final DemoSystem system;
    private final ShopClient shop;
    private final OperatorClient operator;
    private final Screen screen;
    private final Checkouts checkouts;
    private final BufferedReader person;
    private final boolean waits;
    private final String customer;
    private final ShopClient.Product product;
    private final Map<String, JsonNode> healthy;
    private final List<Sums.Check> checks = new ArrayList<>();
    private int orders;
    private int steps;

    /**
     * @param name the incident's; letters, digits and hyphens
     * @param person whose Enter is waited for
     * @param waits whether it is waited for
     */
    WalkThrough(
            String name,
            Session session,
            ShopClient shop,
            Checkouts checkouts,
            String customer,
            BufferedReader person,
            boolean waits)
            throws IOException {
        this.name = name;
        this.system = session.system();
        this.screen = session.screen();
        this.shop = shop;
        this.checkouts = checkouts;
        this.customer = customer;
        this.person = person;
        this.waits = waits;
        this.operator = new OperatorClient(shop, system.coordinatorUrl());
        this.product = checkouts.product();
        this.healthy = operator.doctor();
    }

    DemoSystem system() {
        return system;
    }

    ShopClient shop() {
        return shop;
    }

    OperatorClient operator() {
        return operator;
    }

    /** What must hold, in the order in which it was recorded. */
    List<Sums.Check> checks() {
        return List.copyOf(checks);
    }

    void step(String title) {
        screen.print("");
        screen.print(++steps + ". " + title);
    }

    void say(String text) {
        screen.print("   " + text);
    }

    /** Shows a request or a command. */
    void command(String text) {
        screen.print("   $ " + text);
    }

    /** Shows what came back. */
    void answer(String text) {
        screen.print("     " + text);
    }

    void mustBe(String statement, Object expected, Object found) {
        checks.add(Sums.Check.equal(statement, found, expected));
    }

    /** Until the person says so, unless nobody is there to say it. */
    void beforeMending(String whatIsToBeDone) throws IOException {
        step("What is to be done");
        say(whatIsToBeDone);
        if (waits) {
            say("Look around; the console is at " + system.coordinatorUrl() + "/console, the key for it in "
                    + system.operatorKeyFile() + ". Enter mends it.");
            // Null at the end of the input: nobody is there.
            person.readLine();
        }
    }

    /** A number of an order that no other one has. */
    String newOrder() {
        return name + "-" + ++orders;
    }

    /** One piece; asked again until it is known what became of it. */
    ShopClient.Answer buy(String order) throws IOException {
        return checkouts.repeatUntilKnown(order, customer, product);
    }

    /** One piece, asked once; status 0 if no answer came. */
    CompletableFuture<ShopClient.Answer> buyOnce(String order) {
        return CompletableFuture.supplyAsync(() -> {
            ShopClient.Answer answer = checkouts.tryCheckout(order, customer, product);
            return answer == null ? new ShopClient.Answer(0, JsonNodeFactory.instance.objectNode()) : answer;
        });
    }

    static String describe(ShopClient.Answer answer) {
        if (answer.status() == 0) {
            return "no answer";
        }
        return answer.status() + " " + (answer.ok() ? answer.text("status") : answer.problem());
    }

    /**
     * A checkout whose payment is decided, and prepared only: the payment service dies when the order reaches it, and stays away.
     *
     * @return the transaction
     */
    String buyWhileThePaymentServiceDies() throws IOException {
        SupervisedProcess payment = system.payment();
        payment.supervise(false);
        shop.breakPayment("KILL_AFTER_VOTE");
        CompletableFuture<ShopClient.Answer> answer = buyOnce(newOrder());
        Checkouts.await("the payment service to die", () -> !payment.isAlive() || answer.isDone());
        say("The customer was told: " + describe(answer.join()));
        if (payment.isAlive()) {
            throw new DemoException("The payment service lives on: the checkout ended before it was to commit");
        }
        say("The payment service voted, and was killed when its order to commit arrived (kill -9).");
        // A decision is listed when it is confirmed, which is a moment later.
        Checkouts.await(
                "the transaction to wait for the payment service",
                () -> operator.transactions(PAYMENT, "COMMITTING").size() == 1);
        return text(operator.transactions(PAYMENT, "COMMITTING").get(0), "id");
    }

    /** Starts it again, and has what it missed sent at once. */
    void bringThePaymentServiceBack(String transaction) throws IOException {
        SupervisedProcess payment = system.payment();
        payment.start();
        payment.awaitReady();
        payment.supervise(true);
        say(
                "The payment service is started again. Its orders come by themselves within 10 s; a retry brings them now:");
        command(operator.curl("/v1/transactions/" + transaction + "/retry")
                + " -H 'Content-Type: application/json' -d '{\"reason\": \"the payment service is back\"}'");
        answer(String.valueOf(
                operator.retry(transaction, "the payment service is back").status()));
    }

    /** Shows a transaction as the coordinator does. */
    JsonNode showTransaction(String id) throws IOException {
        JsonNode transaction = operator.transaction(id);
        command(operator.curl("/v1/transactions/" + id));
        answer("state " + text(transaction, "state") + ", decision " + text(transaction, "decision") + ", completion "
                + text(transaction, "completion") + ", outcome " + text(transaction, "outcome"));
        transaction.path("branches").valueStream().forEach(branch -> {
            String error = branch.path("lastError").asString("");
            answer("branch " + text(branch, "branch") + " at " + text(branch, "participant") + ": voted "
                    + text(branch, "vote") + ", state " + text(branch, "state")
                    + (error.isEmpty() ? "" : ", last error: " + error));
        });
        transaction
                .path("timeline")
                .valueStream()
                .forEach(event -> answer(text(event, "at") + " " + text(event, "event") + " "
                        + event.path("detail").asString("")));
        return transaction;
    }

    /** Shows the participants that have something to acknowledge, or are not called. */
    void showParticipants() throws IOException {
        command(operator.curl("/v1/participants"));
        for (JsonNode participant : operator.participants()) {
            answer(text(participant, "name") + ": circuit " + text(participant, "circuit") + ", unacknowledged "
                    + text(participant, "unacknowledged") + ", last error: " + text(participant, "lastError"));
        }
    }

    /**
     * Waits until the coordinator is ready, or not ready for this reason, and shows the answer. At first the reason may be just that a
     * write takes too long: it finds out what is behind that a moment later.
     *
     * @param reason a part of the reason; null: ready
     */
    void awaitReadiness(@Nullable String reason) {
        List<String> seen = new ArrayList<>();
        Checkouts.await(reason == null ? "the coordinator to be ready" : "readiness: " + reason, () -> {
            ShopClient.Answer readiness = operator.readiness();
            String why = readiness
                    .body()
                    .path("components")
                    .path("decisionLog")
                    .path("details")
                    .path("reason")
                    .asString("");
            seen.add(readiness.status() + " " + readiness.text("status") + (why.isEmpty() ? "" : ": " + why));
            return reason == null ? readiness.ok() : !readiness.ok() && why.contains(reason);
        });
        command(operator.curl("/actuator/health/readiness"));
        answer(seen.get(seen.size() - 1));
    }

    /** Shows the doctor's findings that are no longer what they were before the incident; returns them all by check. */
    Map<String, JsonNode> showDoctor() throws IOException {
        Map<String, JsonNode> findings = operator.doctor();
        command(operator.curl("/v1/doctor"));
        boolean changed = false;
        for (Map.Entry<String, JsonNode> finding : findings.entrySet()) {
            JsonNode before = healthy.get(finding.getKey());
            if (before != null && status(before).equals(status(finding.getValue()))) {
                continue;
            }
            changed = true;
            answer(finding.getKey() + " " + status(finding.getValue()) + ": " + text(finding.getValue(), "found"));
            String remedy = finding.getValue().path("remedy").asString("");
            if (!remedy.isEmpty()) {
                answer("  " + remedy);
            }
        }
        if (!changed) {
            answer("as before the incident");
        }
        return findings;
    }

    static String status(@Nullable JsonNode finding) {
        return finding == null ? "absent" : text(finding, "status");
    }

    /** Waits until a metric of one sample says so, and shows it: some are read from the log from time to time. */
    void awaitMetric(String metric, double value) throws IOException {
        Checkouts.await(metric + " to be " + value, () -> {
            List<String> samples = operator.metric(metric);
            return samples.size() == 1 && samples.get(0).endsWith(" " + value);
        });
        command(operator.curl("/actuator/prometheus") + " | grep ^" + metric);
        operator.metric(metric).forEach(this::answer);
    }

    /** Closes it, and records that it is closed. */
    void close(String transaction, String reason) throws IOException {
        command(operator.curl("/v1/transactions/" + transaction + "/resolution")
                + " -H 'Content-Type: application/json' -d '{\"reason\": \"" + reason + "\"}'");
        ShopClient.Answer closed = operator.resolve(transaction, reason);
        answer(closed.status() + " completion " + closed.text("completion") + ", outcome " + closed.text("outcome"));
        mustBe("completion of " + transaction, "COMPLETE", text(operator.transaction(transaction), "completion"));
        say(transaction + " is closed. Its outcome stays what happened, and the reason is kept with it.");
    }

    /** Makes up for the payment of an order that has none; nothing happens if it has one. */
    void payAgain(ShopClient.Order order) throws IOException {
        command("curl -s " + system.paymentUrl()
                + "/api/payments -H 'Content-Type: application/json' -d '{\"orderNumber\": \"" + order.orderNumber()
                + "\", \"customer\": \"" + order.customer() + "\", \"amountPence\": " + order.amountPence() + "}'");
        shop.pay(order.orderNumber(), order.customer(), order.amountPence());
        answer("paid: " + Money.format(order.amountPence()) + " by " + order.customer() + " for "
                + order.orderNumber());
    }

    ShopClient.Order orderOf(String transaction) throws IOException {
        return shop.orders().stream()
                .filter(order -> order.transaction().equals(transaction))
                .findFirst()
                .orElseThrow(() -> new IOException("There is no order of transaction " + transaction));
    }

    static String text(JsonNode node, String field) {
        return node.path(field).asString("none");
    }
}
