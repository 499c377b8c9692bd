package io.assent.participant.test;

import io.assent.participant.engine.BranchResource;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.Completion;
import io.assent.protocol.Outcome;
import io.assent.protocol.TransactionId;
import io.assent.protocol.wire.BranchView;
import io.assent.protocol.wire.TransactionView;
import io.assent.protocol.wire.WireJson;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.springframework.web.client.RestClient;

/**
 * What became of global transactions, as the coordinator says, and what is in doubt in the application's database.
 * Whatever is awaited fails with an {@link AssertionError} that says how far it got. Thread-safe.
 */
public final class AssentTransactions {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int SHOWN = 20;

    private final Supplier<BranchResource> branches;
    private final List<URI> coordinators;
    private final AskedFor asked;
    private final Duration patience;
    private final RestClient http;

    AssentTransactions(List<URI> coordinators, Supplier<BranchResource> branches, AskedFor asked) {
        this(coordinators, branches, asked, PATIENCE, RestClient.create());
    }

    private AssentTransactions(
            List<URI> coordinators,
            Supplier<BranchResource> branches,
            AskedFor asked,
            Duration patience,
            RestClient http) {
        this.coordinators = coordinators;
        this.branches = branches;
        this.asked = asked;
        this.patience = patience;
        this.http = http;
    }

    /** The same, with another patience than 30 s. */
    public AssentTransactions within(Duration longest) {
        return new AssentTransactions(coordinators, branches, asked, longest, http);
    }

    /**
     * The transactions that this application has asked the coordinator to commit or to roll back since the test method
     * began. Those that only this application wrote in are not among them: they commit without the coordinator.
     */
    public List<TransactionId> decided() {
        return asked.ids();
    }

    /**
     * The last one of {@link #decided}.
     *
     * @throws AssertionError if there is none
     */
    public TransactionId last() {
        List<TransactionId> ids = asked.ids();
        if (ids.isEmpty()) {
            throw new AssertionError("The application has asked the coordinator for no decision in this test.");
        }
        return ids.get(ids.size() - 1);
    }

    /** The coordinator's view of a transaction; empty if it knows of none with this id. */
    public Optional<TransactionView> find(TransactionId id) {
        if (coordinators.isEmpty()) {
            throw new IllegalStateException("assent.coordinator.urls is not set");
        }
        return http.get()
                .uri(coordinators.get(0).resolve("/v1/transactions/" + id))
                .exchange((request, response) -> {
                    String body = new String(response.getBody().readAllBytes(), StandardCharsets.UTF_8);
                    int status = response.getStatusCode().value();
                    if (status == 404) {
                        return Optional.empty();
                    }
                    if (status != 200) {
                        throw new IllegalStateException("The coordinator answered " + status + ": " + body);
                    }
                    return Optional.of(WireJson.tolerant().readValue(body, TransactionView.class));
                });
    }

    /** Waits until the {@linkplain #last() last transaction} is complete, and returns its outcome. */
    public Outcome awaitOutcome() {
        return awaitOutcome(last());
    }

    /** Waits until every branch has acknowledged the decision, and returns the outcome. */
    public Outcome awaitOutcome(TransactionId id) {
        return Outcome.valueOf(String.valueOf(awaitComplete(id).outcome()));
    }

    /** Waits until every branch has acknowledged the decision, and returns what the coordinator says then. */
    public TransactionView awaitComplete(TransactionId id) {
        try {
            return Awaitility.await()
                    .atMost(patience)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .until(() -> find(id), AssentTransactions::isComplete)
                    .orElseThrow();
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "Transaction " + id + " is not complete after " + patience + ": "
                            + find(id).map(AssentTransactions::describe).orElse("the coordinator does not know it"),
                    e);
        }
    }

    /**
     * Waits until no branch of this application is in doubt: nothing is left in {@code pg_prepared_xacts} under its name.
     */
    public void assertNothingInDoubt() {
        try {
            Awaitility.await()
                    .atMost(patience)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .until(() -> branches.get().prepared(1).isEmpty());
        } catch (ConditionTimeoutException e) {
            String left = branches.get().prepared(SHOWN).stream()
                    .map(AssentTransactions::describe)
                    .collect(Collectors.joining("; "));
            throw new AssertionError("Still in doubt after " + patience + ": " + left, e);
        }
    }

    void reset() {
        asked.clear();
    }

    private static boolean isComplete(Optional<TransactionView> found) {
        return found.map(TransactionView::completion)
                .filter(Completion.COMPLETE.name()::equals)
                .isPresent();
    }

    private static String describe(TransactionView view) {
        return view.state()
                + view.branches().stream()
                        .filter(branch -> !branch.acknowledged())
                        .map(AssentTransactions::describe)
                        .collect(Collectors.joining());
    }

    private static String describe(BranchView branch) {
        return ", branch " + branch.branch() + " of " + branch.participant() + " has not acknowledged ("
                + branch.attempts() + " attempts, last error: " + branch.lastError() + ")";
    }

    private static String describe(PreparedBranch branch) {
        return "transaction " + branch.transaction() + ", branch " + branch.branch() + ", for "
                + branch.age().toMillis() + " ms";
    }
}
