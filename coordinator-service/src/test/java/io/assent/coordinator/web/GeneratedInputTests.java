package io.assent.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Answer.Result;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.coordinator.web.GeneratedRequests.Operation;
import io.assent.coordinator.web.GeneratedRequests.Request;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Goal: no request breaks the API, and its document tells every answer. Method: many requests generated from the served
 * document, most of them spoilt, over kept connections; the coordinator behind it is one that answers anything it may. A failure
 * names a seed and a number: {@code -Dassent.input.seed=…} repeats it.
 */
@WebTest
class GeneratedInputTests {

    private static final long SEED = Long.getLong("assent.input.seed", 20_261_122L);
    private static final int REQUESTS = Integer.getInteger("assent.input.requests", 100_000);
    private static final int CONNECTIONS = 4;
    private static final String CASE = "X-Case";

    /** What the server makes of a request before it knows what it is for. */
    private static final Set<Integer> OF_THE_SERVER = Set.of(414, 417, 431);

    private static final Set<String> REGISTERED =
            Arrays.stream(ProblemType.values()).map(ProblemType::uri).collect(Collectors.toUnmodifiableSet());

    private static final Map<Class<?>, List<Result>> MAY_ANSWER = Map.of(
            Coordinator.Begin.class,
            List.of(
                    Result.CREATED,
                    Result.TRANSACTION_CONFLICT,
                    Result.TOO_OLD,
                    Result.IN_FUTURE,
                    Result.UNAVAILABLE,
                    Result.OVERLOADED),
            FakeCoordinator.Enlist.class,
            List.of(
                    Result.CREATED,
                    Result.OK,
                    Result.BRANCH_CONFLICT,
                    Result.CLOSED,
                    Result.BRANCH_LIMIT,
                    Result.NOT_ALLOWED,
                    Result.NOT_FOUND,
                    Result.TOO_OLD,
                    Result.UNAVAILABLE),
            Coordinator.Commit.class,
            List.of(
                    Result.COMPLETE,
                    Result.PENDING,
                    Result.ROLLED_BACK,
                    Result.SET_CONFLICT,
                    Result.NOT_ALLOWED,
                    Result.BRANCH_LIMIT,
                    Result.IN_FUTURE,
                    Result.NOT_FOUND,
                    Result.TOO_OLD,
                    Result.UNKNOWN,
                    Result.HELD,
                    Result.UNAVAILABLE,
                    Result.OVERLOADED),
            Coordinator.Rollback.class,
            List.of(
                    Result.COMPLETE,
                    Result.PENDING,
                    Result.COMMITTED,
                    Result.NOT_ALLOWED,
                    Result.IN_FUTURE,
                    Result.TOO_OLD,
                    Result.UNKNOWN,
                    Result.HELD,
                    Result.UNAVAILABLE,
                    Result.OVERLOADED),
            FakeCoordinator.Resolve.class,
            List.of(Result.OK, Result.NOT_FOUND, Result.TRANSACTION_CONFLICT, Result.UNAVAILABLE),
            FakeCoordinator.Retry.class,
            List.of(Result.OK, Result.NOT_FOUND, Result.TRANSACTION_CONFLICT, Result.UNAVAILABLE, Result.OVERLOADED),
            FakeCoordinator.Find.class,
            List.of(Result.OK, Result.NOT_FOUND, Result.TOO_OLD, Result.UNAVAILABLE));

    private static final Set<Result> DONE = Set.of(Result.CREATED, Result.OK, Result.COMPLETE, Result.PENDING);

    @Autowired
    FakeCoordinator coordinator;

    @Autowired
    FakeLogLives logs;

    @Autowired
    FakeTakeovers takeovers;

    @LocalServerPort
    int port;

    /** By the number of the request: whether what it led to changed anything. */
    private final Map<String, Boolean> changes = new ConcurrentHashMap<>();

    private final ThreadLocal<Object> call = new ThreadLocal<>();
    private final Map<Operation, Set<Integer>> seen = new ConcurrentHashMap<>();

    @BeforeEach
    void listen() {
        // An operator's acts by the thousand are nothing to read.
        LoggingSystem.get(getClass().getClassLoader()).setLogLevel("assent.audit", LogLevel.OFF);
        LoggingSystem.get(getClass().getClassLoader())
                .setLogLevel("io.assent.coordinator.operations.Rotation", LogLevel.OFF);
        coordinator.reset();
        logs.reset();
        logs.record = Records.complete(Decision.COMMIT);
        coordinator.found = List.of(Records.active(), Records.complete(Decision.ROLLBACK));
        coordinator.called = what -> {
            call.set(what);
            if (!MAY_ANSWER.containsKey(what.getClass())) {
                changed(!(what instanceof TransactionSearch.Query));
            }
        };
        coordinator.answer = this::anything;
        logs.called = what -> changed(!what.startsWith("end ") || what.startsWith("end 2:"));
        takeovers.called = () -> changed(true);
    }

    @AfterEach
    void listenNoMore() {
        coordinator.reset();
        logs.reset();
        takeovers.called = () -> {};
        LoggingSystem.get(getClass().getClassLoader()).setLogLevel("assent.audit", null);
        LoggingSystem.get(getClass().getClassLoader()).setLogLevel("io.assent.coordinator.operations.Rotation", null);
        new Http(port).post("/v1/instance/resume", "{\"reason\":\"the test is over\"}");
    }

    private static String number() {
        HttpServletRequest request =
                ((ServletRequestAttributes) RequestContextHolder.currentRequestAttributes()).getRequest();
        return request.getHeader(CASE);
    }

    private void changed(boolean change) {
        changes.merge(number(), change, Boolean::logicalOr);
    }

    /** One of the answers that the call may have, the same for the same request. */
    private CompletionStage<Answer> anything(TransactionId id) {
        Object what = call.get();
        List<Result> results = MAY_ANSWER.get(what.getClass());
        Random random = new Random(SEED ^ Long.parseLong(number()));
        random.nextInt();
        Result result = random.nextBoolean() ? results.get(0) : results.get(random.nextInt(results.size()));
        changed(DONE.contains(result) && !(what instanceof FakeCoordinator.Find));
        Decision decision = what instanceof Coordinator.Rollback ? Decision.ROLLBACK : Decision.COMMIT;
        TransactionRecord record = switch (result) {
            case COMPLETE -> Records.complete(decision);
            case PENDING -> Records.decided(decision, true);
            case CREATED, OK -> Records.active();
            case ROLLED_BACK -> Records.decided(Decision.ROLLBACK, true);
            case COMMITTED, SET_CONFLICT -> Records.heuristic();
            default -> null;
        };
        return CompletableFuture.completedStage(new Answer(result, id, record, null));
    }

    @Test
    void whatever_is_sent_is_answered_as_the_document_says_and_changes_nothing_when_it_is_refused() throws Exception {
        JsonNode api = new Http(port).get("/v3/api-docs").json();
        GeneratedRequests requests = new GeneratedRequests(api);
        AtomicBoolean failed = new AtomicBoolean();
        ExecutorService senders = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                int first = i;
                running.add(senders.submit(() -> {
                    send(api, requests, first, failed);
                    return null;
                }));
            }
            for (Future<?> sender : running) {
                sender.get();
            }
        } finally {
            senders.shutdownNow();
        }
        // Otherwise it would prove little: a generator whose every request is refused at the door.
        if (REQUESTS >= 20_000) {
            assertThat(seen.keySet()).containsExactlyInAnyOrderElementsOf(requests.operations());
            assertThat(seen)
                    .allSatisfy((operation, statuses) -> assertThat(statuses)
                            .as(operation.toString())
                            .anyMatch(status -> status < 300)
                            .anyMatch(status -> status == 400));
        }
    }

    private void send(JsonNode api, GeneratedRequests requests, int first, AtomicBoolean failed) throws Exception {
        try (KeptConnection connection = new KeptConnection(port)) {
            for (int i = first; i < REQUESTS && !failed.get(); i += CONNECTIONS) {
                // Random spreads seeds that lie side by side badly.
                Random random = new Random((SEED + i) * 0x9E3779B97F4A7C15L);
                Request request = requests.next(random, CASE + ": " + i + "\r\n");
                Http.Response response = null;
                try {
                    response = connection.exchange(
                            request.bytes(), request.method().equals("HEAD"));
                    check(api, request, response, changes.remove(Integer.toString(i)));
                } catch (AssertionError | RuntimeException | java.io.IOException e) {
                    failed.set(true);
                    throw new AssertionError(
                            "-Dassent.input.seed=%d, request %d:%n%s%n%nwas answered%n%s%n%n%s"
                                    .formatted(SEED, i, request, response, e.getMessage()),
                            e);
                }
            }
        }
    }

    private void check(JsonNode api, Request request, Http.Response response, Boolean change) {
        int status = response.status();
        Operation operation = request.operation();
        JsonNode declared = operation == null
                ? null
                : operation.described().path("responses").path(Integer.toString(status));
        assertThat(status).as("the status").isBetween(200, 599);
        if (status >= 500) {
            assertThat(status).as("no 5xx but 503").isEqualTo(503);
        }
        // What was sent may come back within JSON.
        assertThat(response.contentType()).doesNotContain("html");
        assertThat(response.body()).doesNotStartWith("<");
        if (operation != null && !OF_THE_SERVER.contains(status)) {
            seen.computeIfAbsent(operation, any -> ConcurrentHashMap.newKeySet())
                    .add(status);
            assertThat(declared.isMissingNode())
                    .as("%d is declared of %s", status, operation)
                    .isFalse();
        }
        if (status >= 400) {
            if (!request.method().equals("HEAD")) {
                checkProblem(request, response, OF_THE_SERVER.contains(status) ? null : declared);
            }
            assertThat(status < 500 && Boolean.TRUE.equals(change))
                    .as("it was refused, but has changed something")
                    .isFalse();
        } else if (operation != null) {
            List<String> wrong = new ArrayList<>();
            differences(
                    api, declared.path("content").path("application/json").path("schema"), parsed(response), "", wrong);
            assertThat(wrong).as("against the document's schema").isEmpty();
        }
    }

    private static void checkProblem(Request request, Http.Response response, JsonNode declared) {
        assertThat(response.contentType()).startsWith(Problem.MEDIA_TYPE);
        JsonNode problem = parsed(response);
        String type = problem.path("type").asString();
        assertThat(REGISTERED).contains(type);
        assertThat(problem.path("status").asInt()).isEqualTo(response.status());
        assertThat(problem.path("title").asString()).isNotBlank();
        assertThat(problem.path("retryable").isBoolean()).isTrue();
        if (declared != null) {
            assertThat(declared.path("content")
                            .path(Problem.MEDIA_TYPE)
                            .path("examples")
                            .propertyNames())
                    .as("problems declared of " + request.operation() + " with " + response.status())
                    .contains(type.substring(ProblemType.PREFIX.length()));
        }
        // What was sent may come back in the pointer alone.
        assertThat(problem.path("detail").asString(""))
                .doesNotContain("Exception", "io.assent.", "java.", "org.", "tools.jackson", "\tat ");
        if (response.status() == 503) {
            assertThat(response.headers()).containsKey("Retry-After");
        }
    }

    private static JsonNode parsed(Http.Response response) {
        try {
            return response.json();
        } catch (JacksonException e) {
            throw new AssertionError("the body is no JSON", e);
        }
    }

    /** The document names no mandatory members: what is there has to be known and, unless it is null, of its type. */
    private static void differences(JsonNode api, JsonNode schema, JsonNode value, String at, List<String> found) {
        JsonNode resolved =
                schema.has("$ref") ? api.at(schema.path("$ref").asString().substring(1)) : schema;
        boolean fits = value.isNull()
                || switch (resolved.path("type").asString("any")) {
                    case "object" -> value.isObject();
                    case "array" -> value.isArray();
                    case "string" -> value.isString();
                    case "integer" -> value.isIntegralNumber();
                    case "number" -> value.isNumber();
                    case "boolean" -> value.isBoolean();
                    default -> true;
                };
        if (!fits) {
            found.add(at + " is no " + resolved.path("type").asString() + ": " + value);
        }
        resolved.path("required").forEach(name -> {
            if (!value.has(name.asString())) {
                found.add(at + "/" + name.asString() + " is missing");
            }
        });
        if (value.isObject() && resolved.has("properties")) {
            value.properties().forEach(member -> {
                JsonNode property = resolved.path("properties").path(member.getKey());
                if (property.isMissingNode()) {
                    found.add(at + "/" + member.getKey() + " is not in the document");
                } else {
                    differences(api, property, member.getValue(), at + "/" + member.getKey(), found);
                }
            });
        }
        if (value.isArray() && resolved.has("items")) {
            value.forEach(item -> differences(api, resolved.path("items"), item, at + "/*", found));
        }
    }
}
