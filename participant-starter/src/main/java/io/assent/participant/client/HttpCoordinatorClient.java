package io.assent.participant.client;

import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchRef;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.TracesHeader;
import io.assent.protocol.wire.BranchMessage;
import io.assent.protocol.wire.Commit;
import io.assent.protocol.wire.CommitRequest;
import io.assent.protocol.wire.CommitsRequest;
import io.assent.protocol.wire.EnlistRequest;
import io.assent.protocol.wire.InquiredBranch;
import io.assent.protocol.wire.InquiryRequest;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.RollbackRequest;
import io.assent.protocol.wire.WireJson;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The coordinator over HTTP. Every request is idempotent by its id, so what one address does not answer conclusively is
 * asked at the next, round after round, until the time is up (R8). Only a well-formed answer in the protocol's own words
 * is conclusive; a proxy's page, a stranger's JSON or an empty body says nothing. Thread-safe.
 */
public final class HttpCoordinatorClient implements CoordinatorClient {

    private static final int MAX_REASON_LENGTH = 512;

    /** Control and format characters, line breaks, and what lies beyond the plane that one char can hold. */
    private static final Pattern UNPRINTABLE =
            Pattern.compile("[^\\p{L}\\p{N}\\p{P}\\p{Sc}\\p{Sm}\\p{Sk} &&[\\x{0}-\\x{ffff}]]+");

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,6}");

    private static final Logger log = LoggerFactory.getLogger(HttpCoordinatorClient.class);

    /** Answers are small: an inquiry of 1,000 branches is the largest. */
    private static final int MAX_ANSWER_BYTES = 1 << 20;

    private static final JsonMapper JSON = WireJson.tolerant();

    private final RestClient http;
    private final CoordinatorAddresses addresses;
    private final ParticipantName participant;
    private final Settings settings;
    private final InstantSource clock;
    private final Bulkhead bulkhead;
    private final CommitQueue commits;
    private final IntervalFunction backoff;

    /** For requests whose answer waits for the branches to end. */
    private final Semaphore waits;

    /**
     * How to ask; see the properties under {@code assent.coordinator}.
     *
     * @param urls without {@code /v1}
     * @param patience how long a commit request is repeated until the outcome is called unknown
     * @param rollbackPatience the same for a rollback request
     * @param maxConcurrentCommits messages with commit requests at once
     * @param maxCommitsPerMessage commits in one of them
     * @param commitLinger for how long a message waits for company while another one is under way; zero: not at all
     * @param maxConcurrentCalls other requests at once
     * @param completionWait how long such an answer waits for the branches to end, in whole seconds; zero: not at all
     * @param maxWaiting how many answers wait at once; zero: none does
     */
    public record Settings(
            List<URI> urls,
            Duration patience,
            Duration rollbackPatience,
            int maxConcurrentCommits,
            int maxCommitsPerMessage,
            Duration commitLinger,
            int maxConcurrentCalls,
            Duration completionWait,
            int maxWaiting,
            Duration initialBackoff,
            Duration maxBackoff,
            CircuitBreakerConfig circuitBreaker) {}

    /**
     * What one address said.
     *
     * @param body null: nothing that is JSON
     * @param retryAfter as it wants it; zero: it said nothing
     */
    private record Reply(int status, @Nullable JsonNode body, Duration retryAfter) {

        Reply(int status, @Nullable JsonNode body) {
            this(status, body, Duration.ZERO);
        }

        /**
         * How long somebody who is overloaded wants to be left alone; zero for all others. A coordinator that cannot reach its
         * log is asked at the usual pace: that ends from one moment to the next.
         */
        Duration notBefore() {
            boolean elsewhere = is(ProblemType.OUTCOME_UNKNOWN) || is(ProblemType.DECISION_LOG_UNAVAILABLE);
            return (status == 429 || status == 503) && !elsewhere ? retryAfter : Duration.ZERO;
        }

        String text(String member) {
            JsonNode value = body == null ? null : body.get(member);
            return value == null || !value.isString() ? "" : value.stringValue();
        }

        boolean is(ProblemType type) {
            return status == type.status() && text("type").equals(type.uri());
        }

        /** The coordinator's own words that this request will never be accepted. */
        boolean refused() {
            return status >= 400
                    && status < 500
                    && status != 408
                    && status != 429
                    && text("type").startsWith(ProblemType.PREFIX);
        }
    }

    /**
     * What is sent to one address after the other.
     *
     * @param traces whose trace each commit of the message belongs to; null: all to that of the request
     */
    private record Question(
            String path,
            byte[] body,
            AnswerWhen when,
            @Nullable String traces) {

        Question(String path, byte[] body, AnswerWhen when) {
            this(path, body, when, null);
        }

        /** One whose answer waits for no branch. */
        static Question of(String path, byte[] body) {
            return new Question(path, body, AnswerWhen.KNOWN);
        }
    }

    /** A result, or why there is none. */
    private record Answer<T>(@Nullable T value, String detail, Duration notBefore) {}

    /**
     * A conclusive reply.
     *
     * @param refused whether the coordinator refused the request as it is, so that this request decided nothing
     */
    private record Heard<T>(T answer, boolean refused) {

        static <T> Heard<T> of(T answer) {
            return new Heard<>(answer, false);
        }
    }

    /** @param http with timeouts, without automatic retries, redirects or interceptors */
    public HttpCoordinatorClient(RestClient http, ParticipantName participant, Settings settings, InstantSource clock) {
        this.http = http;
        this.participant = participant;
        this.settings = settings;
        this.clock = clock;
        this.addresses = new CoordinatorAddresses(settings.urls(), settings.circuitBreaker());
        this.bulkhead = Bulkhead.of(
                "assent-coordinator",
                BulkheadConfig.custom()
                        .maxConcurrentCalls(settings.maxConcurrentCalls())
                        .maxWaitDuration(settings.rollbackPatience())
                        .build());
        this.waits = new Semaphore(settings.maxWaiting());
        this.backoff =
                IntervalFunction.ofExponentialRandomBackoff(settings.initialBackoff(), 2.0, 0.5, settings.maxBackoff());
        this.commits = new CommitQueue(
                settings.maxConcurrentCommits(), settings.maxCommitsPerMessage(), settings.commitLinger(), this::send);
    }

    @Override
    public CommitAnswer commit(CommitOrder order) {
        Instant until = clock.instant().plus(settings.patience());
        AtomicBoolean alone = new AtomicBoolean();
        CommitQueue.Turn last;
        try {
            last = untilOver(until, turn -> turn.answer() == null, CommitQueue.Turn::notBefore, () -> {
                CommitQueue.Turn turn = commits.turn(order, alone.get(), Duration.between(clock.instant(), until));
                alone.set(turn.alone());
                return turn;
            });
        } catch (RuntimeException e) {
            // It may have been sent (R8).
            return unknown("the commit request broke off: " + rootMessage(e));
        }
        return last.answer() != null ? last.answer() : unknown(last.detail());
    }

    private List<CommitQueue.Turn> send(List<CommitOrder> orders) {
        return answering(
                orders.size(),
                answer -> orders.size() == 1 ? List.of(sendOne(orders.get(0), answer)) : sendMany(orders, answer));
    }

    /** When the coordinator is to answer. */
    private enum AnswerWhen {
        /** As soon as it knows the answer: what is asked is neither a commit nor a rollback. */
        KNOWN,
        /** When all branches have ended, or have not for a while. */
        ENDED,
        /** At once, with the decision. */
        DECIDED
    }

    /**
     * The orders for this service's own branches arrive at the server whose threads wait here. If all of them waited for
     * branches to end, none would be left to end one.
     *
     * @param requests how many threads wait for the answer
     */
    private <T> T answering(int requests, Function<AnswerWhen, T> call) {
        if (!waits.tryAcquire(requests)) {
            return call.apply(AnswerWhen.DECIDED);
        }
        try {
            return call.apply(AnswerWhen.ENDED);
        } finally {
            waits.release(requests);
        }
    }

    private CommitQueue.Turn sendOne(CommitOrder order, AnswerWhen when) {
        byte[] body = JSON.writeValueAsBytes(
                new CommitRequest(order.name(), order.deadline().toString(), nodes(order)));
        Answer<Heard<CommitAnswer>> answer = askAll(
                new Question("/v1/transactions/" + order.transaction() + "/commit", body, when),
                reply -> told(order, reply));
        return answer.value() != null
                ? CommitQueue.Turn.of(settled(order, answer.value()))
                : CommitQueue.Turn.again(answer.detail(), answer.notBefore(), false);
    }

    /** Each succeeds or fails alone: what the message leaves open is asked for again. */
    private List<CommitQueue.Turn> sendMany(List<CommitOrder> orders, AnswerWhen when) {
        byte[] body = JSON.writeValueAsBytes(new CommitsRequest(orders.stream()
                .map(order -> new Commit(
                        order.transaction().toString(),
                        order.name(),
                        order.deadline().toString(),
                        nodes(order)))
                .toList()));
        Answer<Map<String, Reply>> answer =
                askAll(new Question("/v1/commits", body, when, traces(orders)), HttpCoordinatorClient::results);
        Map<String, Reply> replies = answer.value();
        if (replies == null) {
            return orders.stream()
                    .map(order -> CommitQueue.Turn.again(answer.detail(), answer.notBefore(), false))
                    .toList();
        }
        List<CommitQueue.Turn> turns = new ArrayList<>();
        for (CommitOrder order : orders) {
            Reply reply = replies.get(order.transaction().toString());
            Heard<CommitAnswer> told = reply == null ? null : told(order, reply);
            if (told != null) {
                turns.add(CommitQueue.Turn.of(settled(order, told)));
            } else if (reply == null) {
                turns.add(CommitQueue.Turn.again("left out of an answer", Duration.ZERO, true));
            } else {
                // One that is overloaded is left alone; with anything else another instance may know more.
                Duration notBefore = reply.notBefore();
                turns.add(CommitQueue.Turn.again(
                        "answered " + reply.status() + " " + reply.text("type"), notBefore, notBefore.isZero()));
            }
        }
        return turns;
    }

    private static @Nullable String traces(List<CommitOrder> orders) {
        List<@Nullable String> parents = orders.stream().map(CommitOrder::trace).toList();
        return parents.stream().allMatch(Objects::isNull) ? null : TracesHeader.format(parents);
    }

    private static @Nullable Map<String, Reply> results(Reply reply) {
        JsonNode results = reply.body() == null ? null : reply.body().get("results");
        if (reply.status() != 200 || results == null || !results.isArray()) {
            return null;
        }
        Map<String, Reply> byTransaction = new HashMap<>();
        for (JsonNode result : results) {
            JsonNode status = result.get("status");
            JsonNode problem = result.get("problem");
            if (status == null || !status.isInt()) {
                continue;
            }
            Reply part = new Reply(status.intValue(), result, reply.retryAfter());
            byTransaction.put(
                    part.text("transaction"),
                    problem != null && problem.isObject()
                            ? new Reply(status.intValue(), problem, reply.retryAfter())
                            : part);
        }
        return byTransaction;
    }

    /** What a reply says of a commit; null if it is not conclusive. */
    private static @Nullable Heard<CommitAnswer> told(CommitOrder order, Reply reply) {
        if (foreign(order.transaction(), reply)) {
            return null;
        }
        String decision = reply.text("decision");
        String reason = reply.text("reason").isEmpty() ? reply.text("detail") : reply.text("reason");
        if (reply.status() == 200 || reply.status() == 202) {
            return switch (decision) {
                case "COMMIT" -> Heard.of(committed(order, reply));
                case "ROLLBACK" -> Heard.of(new CommitAnswer(Told.ROLLED_BACK, reason, true));
                default -> null;
            };
        }
        if (reply.is(ProblemType.TRANSACTION_ROLLED_BACK)
                || (reply.is(ProblemType.BRANCH_SET_CONFLICT) && decision.equals("ROLLBACK"))) {
            return Heard.of(new CommitAnswer(Told.ROLLED_BACK, reason, true));
        }
        if (reply.is(ProblemType.BRANCH_SET_CONFLICT)) {
            return Heard.of(
                    unknown("the coordinator has recorded other branches for this id: " + reply.text("detail")));
        }
        return reply.refused() ? new Heard<>(unknown(refusal(reply)), true) : null;
    }

    private static String refusal(Reply reply) {
        return "the coordinator refused the request, " + reply.text("type") + ": " + reply.text("detail");
    }

    private static CommitAnswer committed(CommitOrder order, Reply reply) {
        String outcome = reply.text("outcome");
        if (outcome.startsWith("HEURISTIC")) {
            log.error(
                    "Transaction {}: COMMIT is decided, but the outcome is {}: a branch was ended by somebody else."
                            + " The coordinator goes on ordering it; a person has to look.",
                    order.transaction(),
                    outcome);
        }
        return new CommitAnswer(Told.COMMITTED, reply.text("completion") + " " + outcome, false);
    }

    /**
     * A refused request has decided nothing, but an earlier, unanswered one may have. Proposing ROLLBACK settles it either
     * way (R3): the answer is the truth.
     */
    private CommitAnswer settled(CommitOrder order, Heard<CommitAnswer> heard) {
        if (!heard.refused()) {
            return heard.answer();
        }
        String detail = heard.answer().detail();
        RollbackAnswer truth = rollback(order.transaction(), detail, order.branches());
        return new CommitAnswer(truth.told(), detail, false);
    }

    @Override
    public RollbackAnswer rollback(TransactionId transaction, String reason, List<BranchVote> branches) {
        Heard<RollbackAnswer> heard = rollbackOnce(transaction, reason, branches);
        return heard.refused() && !branches.isEmpty()
                // Better decided and without orders, which the branches then ask for, than not decided.
                ? rollbackOnce(transaction, reason, List.of()).answer()
                : heard.answer();
    }

    private Heard<RollbackAnswer> rollbackOnce(TransactionId transaction, String reason, List<BranchVote> branches) {
        byte[] body = JSON.writeValueAsBytes(new RollbackRequest(
                printable(reason),
                branches.stream().map(HttpCoordinatorClient::message).toList()));
        Answer<Heard<RollbackAnswer>> answer = inBulkhead(() -> answering(
                1,
                when -> ask(
                        new Question("/v1/transactions/" + transaction + "/rollback", body, when),
                        settings.rollbackPatience(),
                        reply -> {
                            if (foreign(transaction, reply)) {
                                return null;
                            }
                            boolean ok = reply.status() == 200 || reply.status() == 202;
                            if (ok && reply.text("decision").equals("ROLLBACK")) {
                                return Heard.of(new RollbackAnswer(Told.ROLLED_BACK, reply.text("reason")));
                            }
                            if (reply.is(ProblemType.DECISION_FINAL)) {
                                return Heard.of(new RollbackAnswer(Told.COMMITTED, reply.text("detail")));
                            }
                            return reply.refused()
                                    ? new Heard<>(new RollbackAnswer(Told.UNKNOWN, refusal(reply)), true)
                                    : null;
                        })));
        return answer.value() != null ? answer.value() : Heard.of(new RollbackAnswer(Told.UNKNOWN, answer.detail()));
    }

    @Override
    public EnlistAnswer enlist(
            TransactionId transaction, @Nullable TransactionToken token, BranchVote branch, Duration within) {
        byte[] body = JSON.writeValueAsBytes(EnlistRequest.of(message(branch), token == null ? null : token.value()));
        Duration limit = within.compareTo(settings.patience()) < 0 ? within : settings.patience();
        Answer<EnlistAnswer> answer = inBulkhead(() ->
                ask(Question.of("/v1/transactions/" + transaction + "/branches", body), limit, reply -> {
                    if (foreign(transaction, reply)) {
                        return null;
                    }
                    if ((reply.status() == 200 || reply.status() == 201) && reply.body() != null) {
                        return new EnlistAnswer(true, "");
                    }
                    return reply.refused()
                            ? new EnlistAnswer(false, reply.text("type") + ": " + reply.text("detail"))
                            : null;
                }));
        return answer.value() != null ? answer.value() : new EnlistAnswer(false, answer.detail());
    }

    @Override
    public Map<BranchRef, InquiryAnswer> inquire(List<PreparedBranch> branches) {
        byte[] body = JSON.writeValueAsBytes(new InquiryRequest(
                participant.value(),
                branches.stream()
                        .map(branch -> new InquiredBranch(
                                branch.transaction().toString(),
                                branch.branch().value(),
                                branch.ref().value(),
                                branch.deadline() == null
                                        ? null
                                        : branch.deadline().toString()))
                        .toList()));
        Answer<Map<BranchRef, InquiryAnswer>> answer = inBulkhead(
                () -> ask(Question.of("/v1/inquiries", body), Duration.ZERO, reply -> answers(branches, reply)));
        if (answer.value() == null) {
            log.warn(
                    "{} branches are in doubt and no coordinator answered ({}); they stay prepared and are asked about again",
                    branches.size(),
                    answer.detail());
            return Map.of();
        }
        return answer.value();
    }

    /** Only what matches a question word for word is an answer to it. */
    private static @Nullable Map<BranchRef, InquiryAnswer> answers(List<PreparedBranch> branches, Reply reply) {
        JsonNode answers = reply.body() == null ? null : reply.body().get("answers");
        if (reply.status() != 200 || answers == null || !answers.isArray()) {
            return null;
        }
        Map<String, PreparedBranch> asked = new HashMap<>();
        branches.forEach(branch -> asked.put(branch.ref().value(), branch));
        Map<BranchRef, InquiryAnswer> known = new HashMap<>();
        for (JsonNode node : answers) {
            Reply part = new Reply(200, node);
            PreparedBranch branch = asked.get(part.text("ref"));
            if (branch != null
                    && branch.transaction().toString().equals(part.text("transaction"))
                    && branch.branch().value().equals(part.text("branch"))) {
                for (InquiryAnswer value : InquiryAnswer.values()) {
                    if (value.name().equals(part.text("answer"))) {
                        known.put(branch.ref(), value);
                    }
                }
            }
        }
        return known;
    }

    /**
     * Asks one address after the other, and all again after a pause, until a reply is conclusive or the time is up; with
     * no time, one round.
     */
    private <T> Answer<T> ask(Question question, Duration within, Function<Reply, @Nullable T> conclusive) {
        return untilOver(
                clock.instant().plus(within),
                answer -> answer.value() == null,
                Answer::notBefore,
                () -> askAll(question, conclusive));
    }

    /**
     * Repeats what stays open, with pauses in between, until the time is up.
     *
     * @param notBefore how long to wait at least before the next attempt
     * @return the last result, open or not
     */
    private <T> T untilOver(Instant until, Predicate<T> open, Function<T, Duration> notBefore, Supplier<T> attempt) {
        Retry retry = Retry.of(
                "assent-coordinator",
                RetryConfig.<T>custom()
                        .maxAttempts(Integer.MAX_VALUE)
                        .intervalBiFunction((number, result) -> {
                            Duration left = Duration.between(clock.instant(), until);
                            Duration pause = pause(number, notBefore.apply(result.get()));
                            return Math.max(0, (pause.compareTo(left) < 0 ? pause : left).toMillis()) + 1;
                        })
                        .retryOnResult(
                                result -> open.test(result) && clock.instant().isBefore(until))
                        .retryOnException(e -> false)
                        .build());
        return retry.executeSupplier(attempt::get);
    }

    /** Spread by a half, so that those who were refused together do not come back together. */
    private Duration pause(int attempt, Duration notBefore) {
        Duration usual = Duration.ofMillis(backoff.apply(attempt));
        Duration wanted = Duration.ofNanos(
                (long) (notBefore.toNanos() * (1 + ThreadLocalRandom.current().nextDouble() / 2)));
        return wanted.compareTo(usual) > 0 ? wanted : usual;
    }

    /** One round. Where several were overloaded, the one that wants to be asked first counts. */
    private <T> Answer<T> askAll(Question question, Function<Reply, @Nullable T> conclusive) {
        List<Said> said = new ArrayList<>();
        T value = addresses.round(attempt -> askOne(attempt, question, conclusive, said));
        return value != null
                ? new Answer<>(value, "", Duration.ZERO)
                : new Answer<>(
                        null,
                        said.stream().map(Said::detail).collect(Collectors.joining("; ")),
                        said.stream()
                                .map(Said::notBefore)
                                .filter(notBefore -> !notBefore.isZero())
                                .min(Comparator.naturalOrder())
                                .orElse(Duration.ZERO));
    }

    /** Why one address gave no conclusive answer. */
    private record Said(String detail, Duration notBefore) {}

    private <T> @Nullable T askOne(
            CoordinatorAddresses.Attempt attempt,
            Question question,
            Function<Reply, @Nullable T> conclusive,
            List<Said> said) {
        URI url = attempt.address().url();
        long started = System.nanoTime();
        try {
            Reply reply = post(url, question);
            T value = conclusive.apply(reply);
            if (value != null) {
                attempt.succeeded(System.nanoTime() - started);
                return value;
            }
            String type = reply.text("type");
            said.add(new Said(
                    url + " answered " + reply.status() + (type.isEmpty() ? "" : " " + type), reply.notBefore()));
            attempt.failed(System.nanoTime() - started, new IOException("status " + reply.status()));
        } catch (RestClientException | JacksonException e) {
            attempt.failed(System.nanoTime() - started, e);
            said.add(new Said(url + ": " + rootMessage(e), Duration.ZERO));
        }
        return null;
    }

    private Reply post(URI base, Question question) {
        RestClient.RequestBodySpec request = http.post()
                .uri(URI.create(base + question.path()))
                .contentType(MediaType.APPLICATION_JSON)
                .accept(MediaType.APPLICATION_JSON, MediaType.APPLICATION_PROBLEM_JSON);
        String preference = preference(question.when());
        if (preference != null) {
            request.header("Prefer", preference);
        }
        if (question.traces() != null) {
            request.header(TracesHeader.NAME, question.traces());
        }
        Reply reply = request.body(question.body())
                .exchange((sent, response) -> new Reply(
                        response.getStatusCode().value(),
                        json(response.getBody()),
                        retryAfter(response.getHeaders().getFirst(HttpHeaders.RETRY_AFTER))));
        return reply == null ? new Reply(0, null) : reply;
    }

    /** In seconds; a date would depend on two clocks (R10) and is not looked at. */
    private static Duration retryAfter(@Nullable String header) {
        return header != null && SECONDS.matcher(header).matches()
                ? Duration.ofSeconds(Long.parseLong(header))
                : Duration.ZERO;
    }

    /** RFC 7240. The wait is named, so that it is over before this side gives up on the answer. */
    private @Nullable String preference(AnswerWhen when) {
        long seconds = settings.completionWait().toSeconds();
        return switch (when) {
            case KNOWN -> null;
            case ENDED -> seconds == 0 ? "respond-async" : "wait=" + seconds;
            case DECIDED -> "respond-async";
        };
    }

    private static @Nullable JsonNode json(InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(MAX_ANSWER_BYTES + 1);
        if (bytes.length > MAX_ANSWER_BYTES) {
            throw new IOException("the answer is longer than " + MAX_ANSWER_BYTES + " bytes");
        }
        try {
            JsonNode node = JSON.readTree(bytes);
            return node != null && node.isObject() ? node : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    private <T> Answer<T> inBulkhead(Supplier<Answer<T>> call) {
        if (!bulkhead.tryAcquirePermission()) {
            return new Answer<>(null, "too many requests to the coordinator are under way", Duration.ZERO);
        }
        try {
            return call.get();
        } finally {
            bulkhead.onComplete();
        }
    }

    /** An answer that names another transaction is no answer to this question. */
    private static boolean foreign(TransactionId transaction, Reply reply) {
        String id = reply.text("id").isEmpty() ? reply.text("transaction") : reply.text("id");
        return !id.isEmpty() && !id.equals(transaction.toString());
    }

    private static List<JsonNode> nodes(CommitOrder order) {
        return order.branches().stream()
                .<JsonNode>map(vote -> JSON.valueToTree(message(vote)))
                .toList();
    }

    private static BranchMessage message(BranchVote vote) {
        return new BranchMessage(
                vote.branch().value(),
                vote.participant().value(),
                vote.url(),
                vote.ref() == null ? null : vote.ref().value(),
                vote.vote().name(),
                printable(vote.reason()));
    }

    /** The coordinator refuses what is not printable or too long; a reason must not cost the vote. */
    private static @Nullable String printable(@Nullable String reason) {
        if (reason == null) {
            return null;
        }
        String plain = UNPRINTABLE.matcher(reason).replaceAll(" ").strip();
        String cut = plain.length() > MAX_REASON_LENGTH ? plain.substring(0, MAX_REASON_LENGTH) : plain;
        return cut.isEmpty() ? null : cut;
    }

    private static CommitAnswer unknown(String detail) {
        return new CommitAnswer(Told.UNKNOWN, detail, false);
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.toString();
    }
}
