package io.assent.chaos.bank;

import io.assent.chaos.bank.Plan.Kind;
import io.assent.chaos.bank.Plan.Leg;
import io.assent.chaos.checker.Invocation.Operation;
import io.assent.chaos.checker.Reply;
import io.assent.chaos.checker.Told;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One client: sends one request at a time, writes down what it asked and what it was told, and asks again later where it
 * was left in the dark. Not thread-safe.
 */
final class BankClient {

    private static final long TIMEOUT_MILLIS = 8_000;
    private static final long ASK_AGAIN_MILLIS = 1_000;
    /** After so many "never seen" nothing of the transaction is on its way to a coordinator any more. */
    private static final int NEVER_SEEN = 8;
    /** Refusals for good; everything else that says "rolled back" may be asked for again. */
    private static final Set<String> FINAL =
            Set.of("insufficient-funds", "refused", "account-not-found", "invalid-value");

    /** A transfer of which the client does not know what became of it. */
    private static final class Open {
        private final Plan plan;
        private @Nullable String transaction;
        private long nextAt;
        private int neverSeen;

        Open(Plan plan, @Nullable String transaction, long nextAt) {
            this.plan = plan;
            this.transaction = transaction;
            this.nextAt = nextAt;
        }
    }

    private record Outcome(
            Told told,
            @Nullable String transaction,
            @Nullable String problem) {}

    private final Requests requests;
    private final Addresses addresses;
    private final HistoryLog history;
    private final Random random;
    private final List<Open> open = new ArrayList<>();

    /** @param random chooses coordinators */
    BankClient(Requests requests, Addresses addresses, HistoryLog history, Random random) {
        this.requests = requests;
        this.addresses = addresses;
        this.history = history;
        this.random = random;
    }

    void carryOut(Plan plan) {
        switch (plan.kind()) {
            case READ -> read(plan);
            case TRANSFER -> note(plan, post(plan));
            case ENLISTED, ABANDONED -> lead(plan);
        }
    }

    /** Asks once more about what is open and due. */
    void askAgain() {
        long now = history.now();
        for (Open one : List.copyOf(open)) {
            if (one.nextAt <= now) {
                settle(one);
            }
        }
    }

    /** How many transfers are open. */
    int unresolved() {
        return open.size();
    }

    private void note(Plan plan, Outcome outcome) {
        if (outcome.told() == Told.UNKNOWN) {
            open.add(new Open(plan, outcome.transaction(), history.now() + ASK_AGAIN_MILLIS));
        }
    }

    private Outcome post(Plan plan) {
        String request = history.invoked(Operation.TRANSFER, plan, null);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", plan.id());
        body.put("timeoutMillis", TIMEOUT_MILLIS);
        body.put("legs", plan.legs());
        Requests.Answer answer = requests.send("POST", addresses.bank(plan.bank()) + "/transfers", body, Map.of());
        String transaction = answer.text("transaction");
        Told told;
        if (answer.successful()) {
            told = Told.COMMITTED;
        } else if (answer.status() == 400 || answer.status() == 409) {
            told = Told.ROLLED_BACK;
        } else if (answer.status() == 503 && transaction != null && !"outcome-unknown".equals(answer.problem())) {
            told = Told.ROLLED_BACK;
        } else {
            told = answer.unsent() ? Told.NOTHING : Told.UNKNOWN;
        }
        history.answered(request, answer, transaction, told);
        return new Outcome(told, transaction, answer.problem());
    }

    private void read(Plan plan) {
        String request = history.invoked(Operation.READ, plan, null);
        Requests.Answer answer = requests.send("GET", addresses.bank(plan.bank()) + "/sum", null, Map.of());
        Reply reply = answer.reply(request, history.now(), null, Told.NOTHING);
        if (answer.successful()) {
            Reply.Sums sums = new Reply.Sums(
                    plan.bank(),
                    answer.body().path("openings").asLong(),
                    answer.body().path("balances").asLong(),
                    answer.body().path("entries").asLong());
            reply = new Reply(request, reply.at(), answer.status(), null, null, Told.NOTHING, sums, null);
        }
        history.answered(reply);
    }

    private void lead(Plan plan) {
        String request = history.invoked(Operation.OTHER, plan, null);
        Requests.Answer begun = ask(
                "POST", "/v1/transactions", Map.of("name", plan.id(), "timeout", "PT" + TIMEOUT_MILLIS / 1000 + "S"));
        String transaction = begun.text("id");
        history.answered(request, begun, null, Told.NOTHING);
        String deadline = begun.text("deadline");
        String token = begun.text("token");
        if (!begun.successful() || transaction == null || deadline == null || token == null) {
            return; // Nobody has worked for it: it ends at its deadline if it began at all.
        }
        long deadlineMillis = Instant.parse(deadline).toEpochMilli();
        List<String> branches = new ArrayList<>();
        boolean worked = true;
        for (Leg leg : plan.legs()) {
            branches.add(String.valueOf(branches.size() + 1));
            String header = "id=\"%s\", branch=\"%s\", deadline=%d, remaining=%d, token=\"%s\""
                    .formatted(
                            transaction,
                            branches.get(branches.size() - 1),
                            deadlineMillis,
                            Math.max(1, deadlineMillis - history.now()),
                            token);
            worked = work(plan, leg, transaction, header);
            if (!worked) {
                break;
            }
        }
        if (plan.kind() == Kind.ENLISTED) {
            note(
                    plan,
                    worked
                            ? finish(plan, transaction, Operation.COMMIT, Map.of("branches", branches))
                            : finish(plan, transaction, Operation.ROLLBACK, Map.of("reason", "a bank refused")));
        }
    }

    private boolean work(Plan plan, Leg leg, String transaction, String header) {
        String request = history.invoked(Operation.OTHER, plan, transaction);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("transfer", plan.id());
        body.put("entries", leg.entries());
        body.put("refuse", leg.refuse());
        Requests.Answer answer = requests.send(
                "POST", addresses.bank(leg.bank()) + "/entries", body, Map.of("Assent-Transaction", header));
        history.answered(request, answer, null, Told.NOTHING);
        return answer.successful();
    }

    private Outcome finish(Plan plan, String transaction, Operation operation, Object body) {
        boolean commits = operation == Operation.COMMIT;
        String request = history.invoked(operation, plan, transaction);
        Requests.Answer answer =
                ask("POST", "/v1/transactions/" + transaction + (commits ? "/commit" : "/rollback"), body);
        Told told = answer.successful() ? (commits ? Told.COMMITTED : Told.ROLLED_BACK) : decision(answer);
        history.answered(request, answer, transaction, told);
        return new Outcome(told, transaction, answer.problem());
    }

    private static Told decision(Requests.Answer answer) {
        String decision = answer.text("decision");
        if ("COMMIT".equals(decision)) {
            return Told.COMMITTED;
        }
        return "ROLLBACK".equals(decision) ? Told.ROLLED_BACK : Told.UNKNOWN;
    }

    private void settle(Open one) {
        Told told = one.transaction != null ? inquire(one, one.transaction) : repeat(one);
        if (told == Told.UNKNOWN) {
            one.nextAt = history.now() + ASK_AGAIN_MILLIS;
        } else {
            history.settled(one.plan, told);
            open.remove(one);
        }
    }

    private Told inquire(Open one, String transaction) {
        String request = history.invoked(Operation.INQUIRY, one.plan, transaction);
        Requests.Answer answer = ask("GET", "/v1/transactions/" + transaction, null);
        Told told = decision(answer);
        history.answered(request, answer, transaction, told);
        if (answer.status() == 404 && one.plan.kind() == Kind.TRANSFER) {
            one.neverSeen++;
            if (one.neverSeen >= NEVER_SEEN) {
                // Its bank may have needed no coordinator: repeating the transfer tells.
                one.transaction = null;
            }
        }
        return told;
    }

    /** Sends the transfer again: whoever has carried it out says so, and nobody does it twice. */
    private Told repeat(Open one) {
        Outcome outcome = post(one.plan);
        if (outcome.told() == Told.COMMITTED) {
            return Told.COMMITTED;
        }
        if (outcome.told() == Told.NOTHING) {
            return Told.UNKNOWN;
        }
        if (outcome.told() == Told.UNKNOWN) {
            one.transaction = outcome.transaction();
            one.neverSeen = 0;
            return Told.UNKNOWN;
        }
        String problem = String.valueOf(outcome.problem());
        if (problem.equals("entry-exists")) {
            return isBooked(one.plan) ? Told.COMMITTED : Told.UNKNOWN;
        }
        return FINAL.contains(problem) ? Told.ROLLED_BACK : Told.UNKNOWN;
    }

    private boolean isBooked(Plan plan) {
        String request = history.invoked(Operation.INQUIRY, plan, null);
        Requests.Answer answer = requests.send(
                "GET", addresses.bank(plan.legs().get(0).bank()) + "/transfers/" + plan.id(), null, Map.of());
        String transaction =
                answer.body().path("entries").path(0).path("transaction").asString("");
        boolean booked = answer.successful() && !transaction.isEmpty();
        history.answered(request, answer, booked ? transaction : null, booked ? Told.COMMITTED : Told.UNKNOWN);
        return booked;
    }

    /**
     * Asks a coordinator, and the next one when there is no answer or none to be had there now: whatever is asked, each can
     * do it, and doing it twice is doing it once.
     */
    private Requests.Answer ask(String method, String path, @Nullable Object body) {
        List<String> coordinators = addresses.coordinators();
        int first = random.nextInt(coordinators.size());
        Requests.Answer answer = null;
        for (int i = 0; i < coordinators.size(); i++) {
            answer = requests.send(method, coordinators.get((first + i) % coordinators.size()) + path, body, Map.of());
            if (answer.status() != 0 && answer.status() != 503) {
                break;
            }
        }
        return Objects.requireNonNull(answer);
    }
}
