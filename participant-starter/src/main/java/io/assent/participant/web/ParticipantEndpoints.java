package io.assent.participant.web;

import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.engine.BranchService;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import io.assent.protocol.wire.BranchStatus;
import io.assent.protocol.wire.BranchesResponse;
import io.assent.protocol.wire.DecisionOrder;
import io.assent.protocol.wire.DecisionResult;
import io.assent.protocol.wire.DecisionsRequest;
import io.assent.protocol.wire.DecisionsResponse;
import io.assent.protocol.wire.JsonInput;
import io.assent.protocol.wire.PrepareRequest;
import io.assent.protocol.wire.PrepareResponse;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.WireJson;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** The participant's side of the wire. Ignores unknown members (rolling upgrades), refuses everything else. Thread-safe. */
public final class ParticipantEndpoints {

    private static final Logger log = LoggerFactory.getLogger(ParticipantEndpoints.class);

    /** How many orders one message may carry. */
    public static final int MAX_DECISIONS = 256;

    /** How long a body may be: {@value #MAX_DECISIONS} orders with the longest refs are a third of it. */
    private static final int MAX_BODY_BYTES = 256 * 1024;

    private static final int MAX_LISTED = 1_000;

    private static final byte[] NO_BODY = {};

    private static final List<String> PAGING = List.of("after", "before", "limit");

    private static final MediaType PROBLEM = MediaType.APPLICATION_PROBLEM_JSON;

    private final BranchService branches;
    private final Executor executor;
    private final MessageGuard guard;

    /** @param executor for the orders of one message after the first; bounded, and may refuse */
    public ParticipantEndpoints(BranchService branches, Executor executor, MessageGuard guard) {
        this.branches = branches;
        this.executor = executor;
        this.guard = guard;
    }

    /** The routes below {@code path}. */
    public RouterFunction<ServerResponse> routes(String path) {
        return RouterFunctions.route()
                .POST(path + "/prepare", request -> answer(() -> prepare(request)))
                .POST(path + "/decisions", request -> answer(() -> decisions(request)))
                .GET(path + "/branches", request -> answer(() -> list(request)))
                .GET(path + "/branches/{transaction}/{branch}", request -> answer(() -> status(request)))
                .build();
    }

    private ServerResponse prepare(ServerRequest request) throws Refused {
        PrepareRequest message = read(request, PrepareRequest.class);
        checkAddressee(message.participant(), "/participant");
        TransactionId transaction = value(message.transaction(), "/transaction", TransactionId::parse);
        BranchId branch = value(message.branch(), "/branch", BranchId::new);
        BranchRef ref = optional(message.ref(), "/ref", BranchRef::new);
        // For people only: time is counted by what remains (R10).
        optional(message.deadline(), "/deadline", ParticipantEndpoints::instant);
        Duration remaining = value(message.remaining(), "/remaining", ParticipantEndpoints::remaining);
        try {
            BranchService.PrepareAnswer vote = branches.prepare(transaction, branch, ref, remaining);
            return ok(new PrepareResponse(vote.vote().name(), vote.reason()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refused(Problem.of(ProblemType.OVERLOADED, "shutting down"));
        }
    }

    private ServerResponse decisions(ServerRequest request) throws Refused {
        DecisionsRequest message = read(request, DecisionsRequest.class);
        checkAddressee(message.participant(), "/participant");
        List<DecisionOrder> orders = message.decisions();
        if (orders == null || orders.isEmpty() || orders.size() > MAX_DECISIONS) {
            throw invalid("/decisions", "expected 1 to " + MAX_DECISIONS + " decisions");
        }
        List<BranchService.Order> checked = new ArrayList<>();
        for (int i = 0; i < orders.size(); i++) {
            checked.add(order(orders.get(i), "/decisions/" + i));
        }
        return ok(new DecisionsResponse(carryOut(checked)));
    }

    /** In parallel; what is not known is left out: what is missing is not acknowledged. */
    private List<DecisionResult> carryOut(List<BranchService.Order> orders) {
        List<FutureTask<Optional<BranchState>>> tasks = new ArrayList<>();
        for (BranchService.Order order : orders) {
            tasks.add(new FutureTask<>(() -> branches.order(order)));
        }
        for (FutureTask<?> task : tasks.subList(1, tasks.size())) {
            try {
                executor.execute(branches.continued(task));
            } catch (RejectedExecutionException e) {
                task.run();
            }
        }
        tasks.get(0).run();
        List<DecisionResult> results = new ArrayList<>();
        for (int i = 0; i < orders.size(); i++) {
            BranchService.Order order = orders.get(i);
            result(tasks.get(i), order)
                    .ifPresent(state -> results.add(new DecisionResult(
                            order.transaction().toString(),
                            order.branch().value(),
                            order.ref() == null ? null : order.ref().value(),
                            state.name())));
        }
        return results;
    }

    private static Optional<BranchState> result(FutureTask<Optional<BranchState>> task, BranchService.Order order) {
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            log.error(
                    "Transaction {}, branch {}: {} failed, the coordinator will order it again",
                    order.transaction(),
                    order.branch(),
                    order.decision(),
                    e.getCause());
            return Optional.empty();
        }
    }

    /** What is in doubt, the oldest first; with {@code ended=true} also what has ended, page after page. */
    private ServerResponse list(ServerRequest request) throws Refused {
        check(request, NO_BODY);
        String addressee = parameter(request, "participant");
        if (addressee != null) {
            checkAddressee(addressee, "participant");
        }
        String ended = parameter(request, "ended");
        if (ended == null || ended.equals("false")) {
            for (String name : PAGING) {
                if (parameter(request, name) != null) {
                    throw invalid(name, "goes with ended=true only");
                }
            }
            return ok(listed(branches.inDoubt(MAX_LISTED), null));
        }
        if (!ended.equals("true")) {
            throw invalid("ended", "expected true or false");
        }
        UUID after = optional(parameter(request, "after"), "after", TransactionRange::parse);
        UUID before = optional(parameter(request, "before"), "before", TransactionRange::parse);
        Integer limit = optional(parameter(request, "limit"), "limit", ParticipantEndpoints::limit);
        BranchService.Listing page = branches.list(
                new TransactionRange(
                        after == null ? TransactionRange.ALL.after() : after,
                        before == null ? TransactionRange.ALL.before() : before),
                limit == null ? MAX_LISTED : limit);
        return ok(listed(page.branches(), page.more()));
    }

    private BranchesResponse listed(List<BranchService.Status> listed, @Nullable Boolean more) {
        return new BranchesResponse(
                branches.participant().value(),
                listed.stream().map(ParticipantEndpoints::message).toList(),
                more);
    }

    private static @Nullable String parameter(ServerRequest request, String name) throws Refused {
        List<String> values;
        try {
            values = request.params().get(name);
        } catch (RuntimeException e) {
            // Each server has an exception of its own for a query that it cannot decode.
            throw new Refused(Problem.of(ProblemType.MALFORMED_REQUEST, "The query is not well-formed")
                    .at("query"));
        }
        if (values == null || values.isEmpty()) {
            return null;
        }
        if (values.size() > 1) {
            throw new Refused(Problem.of(ProblemType.DUPLICATE_MEMBER, "The parameter is given twice")
                    .at(name));
        }
        return values.get(0);
    }

    private static Integer limit(String text) {
        if (text.matches("[1-9][0-9]{0,3}") && Integer.parseInt(text) <= MAX_LISTED) {
            return Integer.valueOf(text);
        }
        throw new IllegalArgumentException("expected a whole number from 1 to " + MAX_LISTED);
    }

    private ServerResponse status(ServerRequest request) throws Refused {
        check(request, NO_BODY);
        TransactionId transaction = value(request.pathVariable("transaction"), "transaction", TransactionId::parse);
        BranchId branch = value(request.pathVariable("branch"), "branch", BranchId::new);
        return ok(message(branches.status(transaction, branch)));
    }

    private static BranchStatus message(BranchService.Status status) {
        return new BranchStatus(
                status.transaction().toString(),
                status.branch().value(),
                status.ref() == null ? null : status.ref().value(),
                status.state().name(),
                status.since() == null ? null : status.since().toString());
    }

    private static BranchService.Order order(@Nullable DecisionOrder order, String pointer) throws Refused {
        if (order == null) {
            throw invalid(pointer, "expected an object");
        }
        TransactionId transaction = value(order.transaction(), pointer + "/transaction", TransactionId::parse);
        BranchId branch = value(order.branch(), pointer + "/branch", BranchId::new);
        Decision decision = value(order.decision(), pointer + "/decision", ParticipantEndpoints::decision);
        BranchRef ref = optional(order.ref(), pointer + "/ref", BranchRef::new);
        if (decision == Decision.COMMIT && ref == null) {
            throw invalid(pointer + "/ref", "COMMIT is ordered by ref only");
        }
        return new BranchService.Order(transaction, branch, ref, decision);
    }

    private void checkAddressee(@Nullable String participant, String pointer) throws Refused {
        if (participant == null) {
            throw invalid(pointer, "is missing");
        }
        if (!participant.equals(branches.participant().value())) {
            throw new Refused(Problem.of(ProblemType.MISDIRECTED, "This is " + branches.participant() + ".")
                    .at(pointer));
        }
    }

    private <T> T read(ServerRequest request, Class<T> type) throws Refused {
        byte[] body;
        try {
            body = request.servletRequest().getInputStream().readNBytes(MAX_BODY_BYTES + 1);
        } catch (IOException e) {
            throw new Refused(
                    Problem.of(ProblemType.MALFORMED_REQUEST, "The body ended early or is not well-formed HTTP"));
        }
        if (body.length > MAX_BODY_BYTES) {
            throw new Refused(
                    Problem.of(ProblemType.PAYLOAD_TOO_LARGE, "The body has at most " + MAX_BODY_BYTES + " bytes."));
        }
        check(request, body);
        try {
            return JsonInput.read(body, type, WireJson.tolerant());
        } catch (JsonInput.UnreadableException e) {
            throw new Refused(e.problem());
        }
    }

    /** Before anything of the message is believed. */
    private void check(ServerRequest request, byte[] body) throws Refused {
        Problem problem = guard.refuses(request.servletRequest(), body);
        if (problem != null) {
            throw new Refused(problem);
        }
    }

    private static Duration remaining(String text) {
        try {
            Duration duration = Duration.parse(text);
            if (!duration.isNegative() && duration.compareTo(Duration.ofDays(1)) <= 0) {
                return duration;
            }
        } catch (DateTimeException e) {
            // Not even a duration: the answer below.
        }
        throw new IllegalArgumentException("expected an ISO 8601 duration from PT0S to PT24H");
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("expected an RFC 3339 instant in UTC", e);
        }
    }

    private static Decision decision(String text) {
        for (Decision decision : Decision.values()) {
            if (decision.name().equals(text)) {
                return decision;
            }
        }
        throw new IllegalArgumentException("expected COMMIT or ROLLBACK");
    }

    /** @param parser throws {@link IllegalArgumentException} with a message that the sender may read */
    private static <T> T value(@Nullable String text, String pointer, Function<String, T> parser) throws Refused {
        if (text == null) {
            throw invalid(pointer, "is missing");
        }
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw invalid(pointer, String.valueOf(e.getMessage()));
        }
    }

    private static <T> @Nullable T optional(@Nullable String text, String pointer, Function<String, T> parser)
            throws Refused {
        return text == null ? null : value(text, pointer, parser);
    }

    private static Refused invalid(String pointer, String detail) {
        return new Refused(Problem.of(ProblemType.INVALID_VALUE, detail).at(pointer));
    }

    private static ServerResponse ok(Object body) {
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .body(WireJson.tolerant().writeValueAsBytes(body));
    }

    /** Nothing is left to the application, whose own handlers of exceptions know nothing of this protocol. */
    private ServerResponse answer(Work work) {
        try {
            return work.run();
        } catch (Refused e) {
            return problem(e.problem);
        } catch (BranchResourceException e) {
            log.warn("A question of the coordinator could not be answered now: {}", e.getMessage());
            return problem(Problem.of(ProblemType.OVERLOADED, "the participant's database cannot be asked now"));
        } catch (RuntimeException e) {
            log.error("A message of the coordinator ended in a programming error; it will ask again", e);
            return problem(Problem.of(ProblemType.INTERNAL_ERROR, "The service's log tells more"));
        }
    }

    private static ServerResponse problem(Problem problem) {
        ServerResponse.BodyBuilder response =
                ServerResponse.status(problem.status()).contentType(PROBLEM);
        if (problem.status() == 503) {
            response.header(HttpHeaders.RETRY_AFTER, "1");
        }
        return response.body(WireJson.tolerant().writeValueAsBytes(problem));
    }

    @FunctionalInterface
    private interface Work {
        ServerResponse run() throws Refused;
    }

    /** Ends a request with a problem. */
    private static final class Refused extends Exception {

        private final transient Problem problem;

        Refused(Problem problem) {
            super(problem.title());
            this.problem = problem;
        }
    }
}
