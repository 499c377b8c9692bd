package io.assent.demo;

import io.assent.demo.system.DemoException;
import io.assent.embeddedpostgres.ReplicatedPostgres;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;

/** The decision log's only standby is lost: nothing is decided until there is another one, and nothing is lost. */
final class StandbyGoneIncident implements Incident {

    private static final int BOTH_SERVICES = 2;

    @Override
    public String name() {
        return "standby-gone";
    }

    @Override
    public String title() {
        return "The standby of the decision log is gone";
    }

    @Override
    public boolean replicated() {
        return true;
    }

    @Override
    public void walk(WalkThrough at) throws Exception {
        ReplicatedPostgres log = at.system().decisionLog();
        if (log == null) {
            throw new DemoException("The decision log has no standby");
        }
        at.step("All is well, then the standby is lost");
        at.say("A customer checks out: " + WalkThrough.describe(at.buy(at.newOrder())));
        at.say("The standby on 127.0.0.1:" + log.standby().port() + " is killed (kill -9).");
        log.standby().kill();
        Checkouts.await(
                "the coordinator to be out of rotation",
                () -> !at.operator().readiness().ok());
        String number = at.newOrder();
        CompletableFuture<ShopClient.Answer> checkout = at.buyOnce(number);
        at.say("Another customer checks out. Both services vote, and wait for the decision.");
        Checkouts.await(
                "both branches to be prepared",
                () -> checkout.isDone() || Sums.servicesInDoubt(at.system()) == BOTH_SERVICES);

        at.step("What the operator sees");
        at.say("The alerts AssentLogNoStandby and AssentCoordinatorsNotReady, and without Kubernetes this metric:");
        at.awaitMetric("assent_log_available", 0);
        at.awaitReadiness("no synchronous standby");
        Map<String, JsonNode> findings = at.showDoctor();
        at.mustBe("doctor, log-standby", "PROBLEM", WalkThrough.status(findings.get("log-standby")));
        at.mustBe("doctor, log-available", "PROBLEM", WalkThrough.status(findings.get("log-available")));
        ShopClient.Answer begun = at.operator().begin();
        at.command(at.operator().curl("/v1/transactions")
                + " -H 'Content-Type: application/json' -d '{\"name\": \"incident\", \"timeout\": \"PT1S\"}'");
        at.answer(begun.status() + " " + begun.problem() + ": " + begun.text("detail"));
        at.mustBe(
                "answer to a new transaction", "503 decision-log-unavailable", begun.status() + " " + begun.problem());
        at.mustBe("branches that wait, prepared", (long) BOTH_SERVICES, Sums.servicesInDoubt(at.system()));

        at.beforeMending(
                "A new standby is made from the primary. Until it follows, nothing is decided; that is what keeps"
                        + " decisions on two disks. Do not set mode=single, and do not empty synchronous_standby_names.");
        log.rebuildStandby();
        at.say("A new standby follows on 127.0.0.1:" + log.standby().port() + ".");
        at.awaitReadiness(null);
        ShopClient.Answer first = checkout.join();
        ShopClient.Answer last = at.buy(number);
        at.say("The customer was told: " + WalkThrough.describe(first) + "; who asks again: "
                + WalkThrough.describe(last));
        at.mustBe("checkout with the same number", "PAID", last.text("status"));
        at.mustBe(
                "doctor, log-standby", "OK", WalkThrough.status(at.showDoctor().get("log-standby")));
    }
}
