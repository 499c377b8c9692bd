package io.assent.demo;

import io.assent.demo.system.Database;
import io.assent.demo.system.DemoSystem;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The payment service's database is lost, and restored from a copy that is older than its latest votes and commits. */
final class PaymentDiskLostIncident implements Incident {

    private static final String COPY = "payments_copy";

    /** Of what was decided to commit. */
    private static final List<String> STATES = List.of("COMMITTING", "COMMITTED");

    @Override
    public String name() {
        return "payment-disk-lost";
    }

    @Override
    public String title() {
        return "The payment database lost its disk";
    }

    @Override
    public boolean replicated() {
        return false;
    }

    @Override
    public void walk(WalkThrough at) throws Exception {
        DemoSystem system = at.system();
        at.step("A backup of the payment database");
        backUp(system);
        Set<String> inTheCopy = committed(at).stream()
                .map(transaction -> WalkThrough.text(transaction, "id"))
                .collect(Collectors.toSet());
        at.say("It is a copy of this moment. What comes later is not in it.");

        at.step("Two checkouts, and the disk is gone");
        ShopClient.Answer first = at.buy(at.newOrder());
        at.say("The first: " + WalkThrough.describe(first) + ". Both branches have committed.");
        Checkouts.await(
                "the first checkout to complete",
                () -> WalkThrough.text(at.operator().transaction(first.text("transaction")), "completion")
                        .equals("COMPLETE"));
        at.say("The second:");
        String waiting = at.buyWhileThePaymentServiceDies();
        loseAndRestore(system);
        at.say(
                "The database is lost, with a payment that was committed and one that was prepared, and restored from the copy.");
        at.bringThePaymentServiceBack(waiting);

        at.step("What the operator sees");
        at.say("The alert AssentHeuristicOutcome. Of the second transaction the service knows nothing any more.");
        at.awaitMetric("assent_heuristics_open", 1);
        at.mustBe(
                "doctor, heuristics",
                "PROBLEM",
                WalkThrough.status(at.showDoctor().get("heuristics")));
        JsonNode damaged = at.showTransaction(waiting);
        at.mustBe("outcome of " + waiting, "HEURISTIC_MIXED", WalkThrough.text(damaged, "outcome"));

        at.step("What nobody is alarmed about");
        at.say(
                "The first transaction was acknowledged before the disk was lost, so it is complete. Ask the participant about"
                        + " each that committed since the copy:");
        List<String> lost = lost(at, inTheCopy);
        at.mustBe("transactions that the payment service has lost", List.of(waiting, first.text("transaction")), lost);

        at.beforeMending(
                "Every order that committed and has lost its payment is paid for again, once, with its number. Then the"
                        + " transaction that is open is closed, with a reason. The others are complete: keep their ids with the ticket.");
        for (String transaction : lost) {
            at.payAgain(at.orderOf(transaction));
        }
        at.close(waiting, "payment database restored from a copy; lost payments taken again");
        at.awaitMetric("assent_heuristics_open", 0);
        at.mustBe("doctor, heuristics", "OK", WalkThrough.status(at.showDoctor().get("heuristics")));
    }

    /** The service's database is copied whole. Nobody may be connected to it meanwhile; the service connects again by itself. */
    private static void backUp(DemoSystem system) throws SQLException {
        Database payments = system.payments();
        system.postgres().dropDatabase(COPY);
        execute(
                system,
                "alter database \"" + payments.name() + "\" allow_connections false",
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + payments.name() + "'",
                "create database \"" + COPY + "\" template \"" + payments.name() + "\"",
                "alter database \"" + payments.name() + "\" allow_connections true");
    }

    /**
     * All services' databases are in one server here, which does not drop a database with prepared transactions in it. They are
     * rolled back first: with a real disk they would be gone the same way.
     */
    private static void loseAndRestore(DemoSystem system) throws SQLException {
        Database payments = system.payments();
        RollbackPreparedIncident.rollBackPrepared(payments);
        system.postgres().dropDatabase(payments.name());
        execute(
                system,
                "create database \"" + payments.name() + "\" template \"" + COPY + "\" owner \"" + payments.name()
                        + "\"",
                "revoke connect on database \"" + payments.name() + "\" from public");
        system.postgres().dropDatabase(COPY);
    }

    private static void execute(DemoSystem system, String... statements) throws SQLException {
        try (Connection connection = system.postgres().superuserConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Decided to commit: what is not complete, then what is; each newest first. */
    private static List<JsonNode> committed(WalkThrough at) throws IOException {
        List<JsonNode> found = new ArrayList<>();
        for (String state : STATES) {
            found.addAll(at.operator().transactions(WalkThrough.PAYMENT, state));
        }
        return found;
    }

    /** Committed since the copy, and not known to the service that has voted for them; the open ones first. */
    private static List<String> lost(WalkThrough at, Set<String> inTheCopy) throws IOException {
        List<String> lost = new ArrayList<>();
        for (String state : STATES) {
            at.command(at.operator()
                    .curl("/v1/transactions?state=" + state + "&participant=" + WalkThrough.PAYMENT + "&limit=500"));
        }
        for (JsonNode transaction : committed(at)) {
            String id = WalkThrough.text(transaction, "id");
            if (inTheCopy.contains(id)) {
                continue;
            }
            for (JsonNode branch : transaction.path("branches")) {
                if (!WalkThrough.text(branch, "participant").equals(WalkThrough.PAYMENT)) {
                    continue;
                }
                String number = WalkThrough.text(branch, "branch");
                String state = WalkThrough.text(at.shop().paymentBranch(id, number), "state");
                at.command("curl -s " + at.system().paymentUrl() + "/assent/v1/branches/" + id + "/" + number);
                at.answer("state " + state);
                if (state.equals("NEVER_SEEN")) {
                    lost.add(id);
                }
            }
        }
        return lost;
    }
}
