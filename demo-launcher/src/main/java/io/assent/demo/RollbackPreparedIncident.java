package io.assent.demo;

import io.assent.demo.system.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A branch that was decided to commit is rolled back in psql, because its locks were in somebody's way. */
final class RollbackPreparedIncident implements Incident {

    @Override
    public String name() {
        return "rollback-prepared";
    }

    @Override
    public String title() {
        return "Somebody typed ROLLBACK PREPARED";
    }

    @Override
    public boolean replicated() {
        return false;
    }

    @Override
    public void walk(WalkThrough at) throws Exception {
        at.step("A payment is decided, and its service is away");
        String transaction = at.buyWhileThePaymentServiceDies();
        at.showTransaction(transaction);
        at.showParticipants();
        at.say("Nothing is wrong yet: the payment commits when the service is back. Until then its rows are locked.");

        at.step("Somebody wants to be rid of the locks");
        for (String gid : rollBackPrepared(at.system().payments())) {
            at.command("psql payments -c \"ROLLBACK PREPARED '" + gid + "'\"");
            at.answer("ROLLBACK PREPARED");
        }
        at.bringThePaymentServiceBack(transaction);

        at.step("What the operator sees");
        at.say("The alert AssentHeuristicOutcome: a branch has ended against the decision.");
        at.awaitMetric("assent_heuristics_open", 1);
        at.mustBe(
                "doctor, heuristics",
                "PROBLEM",
                WalkThrough.status(at.showDoctor().get("heuristics")));
        JsonNode damaged = at.showTransaction(transaction);
        at.mustBe("outcome of " + transaction, "HEURISTIC_MIXED", WalkThrough.text(damaged, "outcome"));
        at.mustBe("completion of " + transaction, "PENDING", WalkThrough.text(damaged, "completion"));
        ShopClient.Order order = at.orderOf(transaction);
        at.say("Order " + order.orderNumber() + " is there, and its payment of " + Money.format(order.amountPence())
                + " is not.");

        at.beforeMending(
                "The decision was COMMIT, and the order has committed. So the payment is made up for: once, with the"
                        + " number of the order. Then the transaction is closed, with a reason.");
        at.payAgain(order);
        at.close(transaction, "payment taken again for " + order.orderNumber() + " after ROLLBACK PREPARED by hand");
        at.awaitMetric("assent_heuristics_open", 0);
        at.mustBe("doctor, heuristics", "OK", WalkThrough.status(at.showDoctor().get("heuristics")));
    }

    /** As its owner may, in the database in which they were prepared; returns their names. */
    static List<String> rollBackPrepared(Database database) throws SQLException {
        List<String> gids = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(
                    "select gid from pg_prepared_xacts where database = current_database() order by prepared")) {
                while (rows.next()) {
                    gids.add(rows.getString(1));
                }
            }
            for (String gid : gids) {
                // Its characters are those of a name: it cannot have a quote in it.
                statement.execute("rollback prepared '" + gid + "'");
            }
        }
        return gids;
    }
}
