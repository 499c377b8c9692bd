package io.assent.chaos.points;

import io.assent.chaos.points.Answer.Claim;
import io.assent.chaos.system.BankSystem;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client outside the system: posts transfers, or leads a transaction of its own. Thread-safe. */
final class TransferClient {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(12);
    /** How long a client that leads a transaction goes on asking when it gets no definite answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final BankSystem system;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    TransferClient(BankSystem system) {
        this.system = system;
    }

    private record Reply(int status, JsonNode body) {
        String problem() {
            String type = body.path("type").asString("");
            return type.substring(type.lastIndexOf(':') + 1);
        }

        String brief() {
            return status + (problem().isEmpty() ? "" : " " + problem());
        }
    }

    /** Opens accounts with this balance, past all proxies. */
    void open(List<Shape.Leg> legs, long balance) throws IOException, InterruptedException {
        Map<String, List<Map<String, Object>>> byBank = new LinkedHashMap<>();
        for (Shape.Leg leg : legs) {
            for (Shape.Entry entry : leg.entries()) {
                byBank.computeIfAbsent(leg.bank(), bank -> new ArrayList<>())
                        .add(Map.of("id", entry.account(), "balance", balance));
            }
        }
        for (Map.Entry<String, List<Map<String, Object>>> bank : byBank.entrySet()) {
            String url = system.banks().stream()
                    .filter(node -> node.name().equals(bank.getKey()))
                    .findFirst()
                    .orElseThrow()
                    .endpoint()
                    .httpUrl();
            Reply reply = send("POST", url + "/accounts", Map.of("accounts", bank.getValue()), null);
            if (reply.status() != 204) {
                throw new IOException("Accounts could not be opened at " + bank.getKey() + ": " + reply.brief());
            }
        }
    }

    Answer carryOut(Flow flow, String initiator, Subject subject, List<Shape.Leg> legs, Duration timeout) {
        try {
            return flow == Flow.COLLECTED
                    ? collected(initiator, subject, legs, timeout)
                    : enlisted(subject, legs, timeout);
        } catch (IOException e) {
            return new Answer(Claim.UNKNOWN, e.getClass().getSimpleName() + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(Claim.UNKNOWN, "interrupted");
        }
    }

    private Answer collected(String initiator, Subject subject, List<Shape.Leg> legs, Duration timeout)
            throws IOException, InterruptedException {
        Map<String, Object> transfer = Map.of(
                "id", subject.transfer(),
                "timeoutMillis", timeout.toMillis(),
                "legs",
                        legs.stream()
                                .map(leg -> Map.of("bank", leg.bank(), "entries", entries(leg), "refuse", leg.refuse()))
                                .toList());
        Reply reply = send("POST", system.forClients(initiator).httpUrl() + "/transfers", transfer, null);
        String transaction = reply.body().path("transaction").asString("");
        if (!transaction.isEmpty()) {
            subject.learn(transaction);
        }
        if (reply.status() == 201 || reply.status() == 200) {
            return new Answer(Claim.COMMITTED, reply.brief());
        }
        boolean nothing = reply.status() == 409 || reply.problem().equals("transaction-rolled-back");
        return new Answer(nothing ? Claim.ROLLED_BACK : Claim.UNKNOWN, reply.brief());
    }

    private Answer enlisted(Subject subject, List<Shape.Leg> legs, Duration timeout)
            throws IOException, InterruptedException {
        String transaction = UuidVersion7.create();
        subject.learn(transaction);
        Instant deadline = Instant.now().plus(timeout);
        Reply begun = ask("/v1/transactions", Map.of("id", transaction, "timeout", timeout.toString()), deadline);
        if (begun == null || begun.status() != 201) {
            return new Answer(Claim.UNKNOWN, "not begun: " + (begun == null ? "no answer" : begun.brief()));
        }
        boolean worked = true;
        for (int i = 0; i < legs.size() && worked; i++) {
            worked = call(
                    subject,
                    legs.get(i),
                    i + 1,
                    deadline,
                    begun.body().path("token").asString(""));
        }
        List<String> names = IntStream.rangeClosed(1, legs.size())
                .mapToObj(Integer::toString)
                .toList();
        // A refused branch is missing among the enlisted ones: the commit request, which names it, rolls back.
        Reply reply = ask(
                "/v1/transactions/" + transaction + "/commit",
                Map.of("branches", names),
                Instant.now().plus(PATIENCE));
        if (reply == null) {
            return new Answer(Claim.UNKNOWN, "no answer to the commit request");
        }
        String decision = reply.body().path("decision").asString("");
        Claim claim = decision.equals("COMMIT")
                ? Claim.COMMITTED
                : decision.equals("ROLLBACK") ? Claim.ROLLED_BACK : Claim.UNKNOWN;
        return new Answer(claim, reply.brief());
    }

    private boolean call(Subject subject, Shape.Leg leg, int branch, Instant deadline, String token)
            throws InterruptedException {
        long remaining = Math.max(1, Duration.between(Instant.now(), deadline).toMillis());
        String header = "id=\"%s\", branch=\"%d\", deadline=%d, remaining=%d, token=\"%s\""
                .formatted(subject.ids().iterator().next(), branch, deadline.toEpochMilli(), remaining, token);
        Map<String, Object> order =
                Map.of("transfer", subject.transfer(), "entries", entries(leg), "refuse", leg.refuse());
        try {
            return send("POST", system.forClients(leg.bank()).httpUrl() + "/entries", order, header)
                            .status()
                    == 201;
        } catch (IOException e) {
            return false;
        }
    }

    /** Asks one coordinator after the other until one gives a definite answer or the time is over. */
    private @Nullable Reply ask(String path, Object body, Instant until) throws InterruptedException {
        Reply last = null;
        do {
            for (int i = 1; i <= system.coordinators().size(); i++) {
                try {
                    last = send("POST", system.forClients("coordinator-" + i).httpUrl() + path, body, null);
                    if (last.status() < 500) {
                        return last;
                    }
                } catch (IOException e) {
                    // The next one is asked; what this one did is found out there.
                }
            }
            Thread.sleep(50);
        } while (Instant.now().isBefore(until));
        return last;
    }

    private static List<Map<String, Object>> entries(Shape.Leg leg) {
        return leg.entries().stream()
                .map(entry -> Map.<String, Object>of("account", entry.account(), "amount", entry.amount()))
                .toList();
    }

    private Reply send(String method, String url, Object body, @Nullable String transaction)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .timeout(REQUEST_TIMEOUT)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)));
        if (transaction != null) {
            request.header("Assent-Transaction", transaction);
        }
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        String text = response.body();
        try {
            return new Reply(response.statusCode(), JSON.readTree(text.isEmpty() ? "{}" : text));
        } catch (JacksonException e) {
            throw new IOException("an answer that is no JSON: " + response.statusCode(), e);
        }
    }
}
