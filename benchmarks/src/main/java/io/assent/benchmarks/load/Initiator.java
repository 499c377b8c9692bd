package io.assent.benchmarks.load;

import io.assent.protocol.BranchId;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import io.assent.protocol.wire.BeginRequest;
import io.assent.protocol.wire.BranchMessage;
import io.assent.protocol.wire.CommitRequest;
import io.assent.protocol.wire.RollbackRequest;
import io.assent.protocol.wire.WireJson;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.http.message.BasicHeader;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

/** Runs transactions over HTTP, every request once. Thread-safe. */
public final class Initiator implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Timeout CONNECT_TIMEOUT = Timeout.ofSeconds(3);
    /** Longer than any answer should take. */
    private static final Timeout RESPONSE_TIMEOUT = Timeout.ofSeconds(35);

    private static final BranchId BRANCH = new BranchId("1");
    private static final JsonMapper JSON = WireJson.strict();

    private final String transactions;
    private final PoolingHttpClientConnectionManager connections;
    private final CloseableHttpClient http;

    private record Answer(int status, String body, @Nullable String branches) {}

    /**
     * @param coordinator its address, without {@code /v1}
     * @param clients how many threads will use this at once
     */
    public Initiator(URI coordinator, int clients) {
        this(coordinator, clients, null);
    }

    /** @param key with which it calls everybody, or null */
    public Initiator(URI coordinator, int clients, @Nullable String key) {
        this.transactions = coordinator + "/v1/transactions";
        this.connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnPerRoute(clients)
                .setMaxConnTotal(100 * clients)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT_TIMEOUT)
                        .build())
                .build();
        this.http = HttpClients.custom()
                .setConnectionManager(connections)
                .setDefaultHeaders(
                        key == null ? List.of() : List.of(new BasicHeader(HttpHeaders.AUTHORIZATION, "Bearer " + key)))
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(RESPONSE_TIMEOUT)
                        .build())
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableRedirectHandling()
                .disableAuthCaching()
                .disableContentCompression()
                .build();
    }

    /** The transaction that this flow makes of the work call. */
    public Operation operation(Flow flow, Work work) {
        return new Operation() {
            @Override
            public int rows() {
                return work.rows();
            }

            @Override
            public void startAfresh() {
                Initiator.this.startAfresh();
            }

            @Override
            public void run(int row, String key) throws IOException, TransactionFailedException {
                Initiator.this.run(flow, work.url(), work.body().json(row, key));
            }
        };
    }

    /**
     * A commit request with a branch of each participant that has voted PREPARED, though nobody has called it.
     *
     * @param participants their addresses by their names
     */
    public Operation prepared(Map<String, URI> participants) {
        return new Operation() {
            @Override
            public int rows() {
                return Integer.MAX_VALUE;
            }

            @Override
            public void startAfresh() {
                Initiator.this.startAfresh();
            }

            @Override
            public void run(int row, String key) throws IOException, TransactionFailedException {
                TransactionId id = TransactionId.create(Instant.now(), ThreadLocalRandom.current());
                commit(id, new CommitRequest(null, deadline().toString(), branches(id, participants, key)));
            }
        };
    }

    /**
     * Such a commit request as {@link #prepared} sends, which is answered as soon as COMMIT is decided. With the same id it can be
     * repeated.
     *
     * @param name a label for people
     * @return whether it is decided; false: it was refused, or nobody knows, and is to be repeated
     * @throws TransactionFailedException if it will never be
     * @throws IOException if the answer is missing: it may be decided
     */
    public boolean decide(TransactionId id, String name, Map<String, URI> participants)
            throws IOException, TransactionFailedException {
        HttpPost request = new HttpPost(transactions + "/" + id + "/commit");
        request.addHeader("Prefer", "respond-async");
        Answer answer = post(
                request,
                JSON.writeValueAsString(
                        new CommitRequest(name, deadline().toString(), branches(id, participants, "decided"))));
        if (answer.status() == 200 || answer.status() == 202) {
            return true;
        }
        TransactionFailedException failure = failed("commit", answer);
        if (!failure.isRefused()) {
            throw failure;
        }
        return false;
    }

    /**
     * Begins a transaction and leaves it open.
     *
     * @param timeout until its deadline
     * @throws TransactionFailedException if it is refused
     * @throws IOException if the answer is missing
     */
    public void begin(TransactionId id, Duration timeout) throws IOException, TransactionFailedException {
        String body = JSON.writeValueAsString(new BeginRequest(id.toString(), "bench", timeout.toString()));
        expect("begin", 201, post(new HttpPost(transactions), body));
    }

    /**
     * Rolls a transaction back, and returns when that is complete.
     *
     * @throws TransactionFailedException if it is not
     * @throws IOException if the answer is missing
     */
    public void rollback(TransactionId id) throws IOException, TransactionFailedException {
        String body = JSON.writeValueAsString(new RollbackRequest(null, null));
        expect("rollback", 200, post(new HttpPost(transactions + "/" + id + "/rollback"), body));
    }

    private static List<JsonNode> branches(TransactionId id, Map<String, URI> participants, String key) {
        List<JsonNode> branches = new ArrayList<>();
        participants.forEach((name, url) -> {
            String branch = Integer.toString(branches.size() + 1);
            String ref = "assent:" + name + ":" + id + ":" + branch + ":" + key;
            branches.add(
                    JSON.valueToTree(new BranchMessage(branch, name, url.toString(), ref, Vote.PREPARED.name(), null)));
        });
        return branches;
    }

    /** Closes connections that a server may be about to close, too. */
    public void startAfresh() {
        connections.closeIdle(TimeValue.ZERO_MILLISECONDS);
    }

    /**
     * Runs one transaction and returns when all of it has committed.
     *
     * @throws TransactionFailedException if it has not, or not yet
     * @throws IOException if an answer is missing
     */
    void run(Flow flow, URI work, String body) throws IOException, TransactionFailedException {
        TransactionId id = TransactionId.create(Instant.now(), ThreadLocalRandom.current());
        switch (flow) {
            case LOCAL -> work(work, body, null);
            case EMPTY -> {
                begin(id);
                work(work, body, null);
                commit(id, new CommitRequest(null, null, List.of()));
            }
            case BEGUN -> {
                work(work, body, context(id, begin(id)));
                commit(id, new CommitRequest(null, null, List.of(StringNode.valueOf(BRANCH.value()))));
            }
            case COLLECTED -> {
                TransactionContext context = collected(id);
                List<BranchVote> votes = work(work, body, context);
                List<JsonNode> branches = votes.stream()
                        .<JsonNode>map(vote -> JSON.valueToTree(new BranchMessage(
                                vote.branch().value(),
                                vote.participant().value(),
                                vote.url(),
                                vote.ref() == null ? null : vote.ref().value(),
                                vote.vote().name(),
                                null)))
                        .toList();
                commit(id, new CommitRequest(null, context.deadline().toString(), branches));
            }
        }
    }

    private static TransactionContext collected(TransactionId id) {
        return new TransactionContext(id, BRANCH, deadline(), TIMEOUT, true);
    }

    private static TransactionContext context(TransactionId id, @Nullable TransactionToken token) {
        return new TransactionContext(id, BRANCH, deadline(), TIMEOUT, false, token);
    }

    private static Instant deadline() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS).plus(TIMEOUT);
    }

    /** @return what its participants need to enlist; null if the coordinator is of a version without */
    private @Nullable TransactionToken begin(TransactionId id) throws IOException, TransactionFailedException {
        String body = JSON.writeValueAsString(new BeginRequest(id.toString(), "bench", TIMEOUT.toString()));
        Answer begun = post(new HttpPost(transactions), body);
        expect("begin", 201, begun);
        JsonNode token = JSON.readTree(begun.body()).path("token");
        return token.isString() ? new TransactionToken(token.stringValue()) : null;
    }

    private void commit(TransactionId id, CommitRequest request) throws IOException, TransactionFailedException {
        String body = JSON.writeValueAsString(request);
        // 202 would say that COMMIT is decided while a branch has yet to hear of it: that is no whole transaction.
        expect("commit", 200, post(new HttpPost(transactions + "/" + id + "/commit"), body));
    }

    private List<BranchVote> work(URI url, String body, @Nullable TransactionContext context)
            throws IOException, TransactionFailedException {
        HttpPost request = new HttpPost(url);
        if (context != null) {
            request.addHeader(TransactionContext.NAME, context.format());
        }
        Answer answer = post(request, body);
        expect("work call", 201, answer);
        if (context == null) {
            return List.of();
        }
        List<BranchVote> votes = answer.branches() == null ? List.of() : BranchesHeader.parse(answer.branches());
        if (votes.size() != 1
                || (votes.get(0).vote() != Vote.PREPARED && votes.get(0).vote() != Vote.PENDING)) {
            throw new TransactionFailedException("the service did not join: " + answer.branches());
        }
        return votes;
    }

    private Answer post(HttpPost request, String body) throws IOException {
        request.setEntity(new StringEntity(body, ContentType.APPLICATION_JSON));
        return http.execute(request, response -> {
            Header branches = response.getFirstHeader(BranchesHeader.NAME);
            return new Answer(
                    response.getCode(),
                    response.getEntity() == null ? "" : EntityUtils.toString(response.getEntity()),
                    branches == null ? null : branches.getValue());
        });
    }

    private static void expect(String what, int status, Answer answer) throws TransactionFailedException {
        if (answer.status() != status) {
            throw failed(what, answer);
        }
    }

    private static TransactionFailedException failed(String what, Answer answer) {
        return new TransactionFailedException(what + ": " + answer.status() + " " + answer.body(), answer.status());
    }

    @Override
    public void close() {
        try {
            http.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
