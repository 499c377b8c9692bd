package io.assent.conformance.model;

import io.assent.conformance.StandInServer;
import io.assent.conformance.StandInServer.Reply;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import io.assent.protocol.wire.BranchMessage;
import io.assent.protocol.wire.BranchStatus;
import io.assent.protocol.wire.BranchesResponse;
import io.assent.protocol.wire.DecisionOrder;
import io.assent.protocol.wire.DecisionResult;
import io.assent.protocol.wire.DecisionsRequest;
import io.assent.protocol.wire.DecisionsResponse;
import io.assent.protocol.wire.EnlistRequest;
import io.assent.protocol.wire.InquiredBranch;
import io.assent.protocol.wire.InquiryRequest;
import io.assent.protocol.wire.InquiryResponse;
import io.assent.protocol.wire.PrepareRequest;
import io.assent.protocol.wire.PrepareResponse;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.WireJson;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;

/**
 * A participant that fits on a page: everything that a real one keeps in its database is in {@link Disk}, which outlives a
 * restart. It keeps to the protocol, except for one planted bug. One big lock, no speed.
 */
public final class ModelParticipant implements AutoCloseable {

    private static final ParticipantName NAME = new ParticipantName("model-service");

    /** How a branch votes. */
    public enum Kind {
        EARLY,
        LATE
    }

    private record Key(String transaction, String branch) {}

    /** A branch in doubt, or, of a late participant, at work. */
    private record Work(String ref, String unique, Instant deadline, boolean prepared) {}

    /** A marker: committed, or the tombstone of a rollback. */
    private record Marker(String ref, boolean committed, String unique) {}

    /** What outlives the process. */
    private static final class Disk {
        final Map<Key, Work> branches = new LinkedHashMap<>();
        final Map<Key, Marker> markers = new LinkedHashMap<>();
        final List<String> effects = new ArrayList<>();
    }

    private final Bug bug;
    private final Kind kind;
    private final URI coordinator;
    private final Disk disk = new Disk();
    private final SecureRandom random = new SecureRandom();
    private final HttpClient http = HttpClient.newHttpClient();
    private final StandInServer server;
    private final ScheduledExecutorService sweeps = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "model-sweep");
        thread.setDaemon(true);
        return thread;
    });

    /** @param bug what it does wrong, or null */
    public ModelParticipant(Bug bug, Kind kind, int coordinatorPort) {
        this.bug = bug;
        this.kind = kind;
        this.coordinator = URI.create("http://127.0.0.1:" + coordinatorPort);
        this.server = new StandInServer(new InetSocketAddress("127.0.0.1", 0), this::handle);
        sweeps.scheduleWithFixedDelay(this::sweep, 20, 20, TimeUnit.MILLISECONDS);
    }

    public String url() {
        return "http://127.0.0.1:" + server.port();
    }

    /** Loses what a process loses. */
    public synchronized void restart() {
        // A late participant's branch belongs to the process until it has voted.
        disk.branches.values().removeIf(work -> !work.prepared() || bug == Bug.FORGETS_PREPARED_AFTER_RESTART);
        disk.markers
                .values()
                .removeIf(marker -> marker.committed()
                        ? bug == Bug.FORGETS_COMMITTED_AFTER_RESTART
                        : bug == Bug.FORGETS_TOMBSTONE_AFTER_RESTART);
    }

    @Override
    public void close() {
        sweeps.shutdownNow();
        server.close();
    }

    private Reply handle(StandInServer.Incoming request) throws Exception {
        String path = request.path();
        try {
            if (path.equals("/work")) {
                return work(request);
            }
            if (path.startsWith("/effect/")) {
                return effect(path.substring("/effect/".length()));
            }
            if (path.equals("/assent/v1/prepare")) {
                return prepare(read(request, PrepareRequest.class));
            }
            if (path.equals("/assent/v1/decisions")) {
                return decisions(read(request, DecisionsRequest.class));
            }
            if (path.equals("/assent/v1/branches")) {
                return inDoubt();
            }
            String[] parts = path.split("/");
            return status(
                    checked(() -> TransactionId.parse(parts[4])).toString(),
                    checked(() -> new BranchId(parts[5])).value());
        } catch (Refused e) {
            return bug == Bug.TAKES_GARBAGE && e.problem.status() != 421
                    ? json(new DecisionsResponse(List.of()))
                    : problem(e.problem);
        }
    }

    private Reply work(StandInServer.Incoming request) throws Exception {
        String unique = WireJson.tolerant().readTree(request.body()).path("key").asString();
        TransactionContext context;
        try {
            context = TransactionContext.parse(String.valueOf(request.header(TransactionContext.NAME)));
        } catch (IllegalArgumentException e) {
            if (bug == Bug.WORKS_OUTSIDE_ON_BAD_HEADER) {
                synchronized (this) {
                    disk.effects.add(unique);
                }
                return Reply.json(200, "{}");
            }
            return problem(Problem.of(ProblemType.INVALID_VALUE, e.getMessage()));
        }
        Key key = new Key(context.id().toString(), context.branch().value());
        BranchRef ref = BranchRef.create(NAME, context.id(), context.branch(), random);
        if (unique.equals("refused")) {
            return voted(context, Vote.ROLLBACK, ref.value(), 409);
        }
        if (unique.equals("read-only")) {
            return voted(context, Vote.READ_ONLY, ref.value(), 200);
        }
        if (!context.collect() && !enlist(context, ref) && bug != Bug.PREPARES_WITHOUT_ENLISTING) {
            return voted(context, Vote.ROLLBACK, ref.value(), 409);
        }
        synchronized (this) {
            Work there = disk.branches.get(key);
            if (there != null && bug != Bug.WORKS_TWICE) {
                return voted(context, there.prepared() ? Vote.PREPARED : Vote.PENDING, there.ref(), 409);
            }
            Marker marker = disk.markers.get(key);
            if (marker != null && (marker.committed() || bug != Bug.WRITES_NO_TOMBSTONE)) {
                return voted(context, marker.committed() ? Vote.PREPARED : Vote.ROLLBACK, marker.ref(), 409);
            }
            disk.branches.put(key, new Work(ref.value(), unique, context.deadline(), kind == Kind.EARLY));
            if (bug == Bug.COMMITS_WITHOUT_DECISION) {
                disk.effects.add(unique);
            }
        }
        return voted(context, kind == Kind.EARLY ? Vote.PREPARED : Vote.PENDING, ref.value(), 200);
    }

    private boolean enlist(TransactionContext context, BranchRef ref) throws InterruptedException {
        BranchMessage message = new BranchMessage(
                context.branch().value(), NAME.value(), url() + "/assent/v1", ref.value(), "PENDING", null);
        String token = context.token() == null || bug == Bug.ENLISTS_WITHOUT_TOKEN
                ? null
                : context.token().value();
        try {
            return post("/v1/transactions/" + context.id() + "/branches", EnlistRequest.of(message, token))
                                    .statusCode()
                            / 100
                    == 2;
        } catch (IOException e) {
            return false;
        }
    }

    private Reply voted(TransactionContext context, Vote vote, String ref, int status) {
        BranchVote own = new BranchVote(
                context.branch(), NAME, url() + "/assent/v1", vote, ref == null ? null : new BranchRef(ref));
        return Reply.json(status, "{}").with(BranchesHeader.NAME, BranchesHeader.format(List.of(own)));
    }

    private synchronized Reply effect(String unique) {
        List<String> seen = disk.effects.stream().filter(unique::equals).toList();
        return seen.isEmpty() ? problem(Problem.of(ProblemType.NOT_FOUND, null)) : json(seen);
    }

    private synchronized Reply prepare(PrepareRequest request) throws Refused {
        addressed(request.participant());
        Key key = new Key(request.transaction(), request.branch());
        Work work = disk.branches.get(key);
        Marker marker = disk.markers.get(key);
        boolean committed = marker != null && marker.committed();
        if (work != null && (request.ref() == null || work.ref().equals(request.ref()))) {
            disk.branches.put(key, new Work(work.ref(), work.unique(), work.deadline(), true));
            return json(new PrepareResponse("PREPARED", null));
        }
        boolean yes = committed && marker.ref().equals(request.ref()) || bug == Bug.VOTES_FOR_NEVER_SEEN;
        return json(new PrepareResponse(yes ? "PREPARED" : "ROLLBACK", null));
    }

    private synchronized Reply decisions(DecisionsRequest request) throws Refused {
        addressed(request.participant());
        if (request.decisions() == null || request.decisions().isEmpty()) {
            throw new Refused(Problem.of(ProblemType.INVALID_VALUE, "no decisions"));
        }
        for (DecisionOrder order : request.decisions()) {
            check(order);
        }
        List<DecisionResult> results = new ArrayList<>();
        for (DecisionOrder order : request.decisions()) {
            BranchState state = bug == Bug.CONFIRMS_THE_FIRST_ORDER_ONLY && !results.isEmpty()
                    ? BranchState.valueOf(results.get(0).state())
                    : carryOut(order);
            results.add(new DecisionResult(order.transaction(), order.branch(), order.ref(), state.name()));
        }
        return json(new DecisionsResponse(results));
    }

    private void check(DecisionOrder order) throws Refused {
        if (order == null) {
            throw new Refused(Problem.of(ProblemType.INVALID_VALUE, "null"));
        }
        checked(() -> TransactionId.parse(String.valueOf(order.transaction())));
        checked(() -> new BranchId(String.valueOf(order.branch())));
        Decision decision = checked(() -> Decision.valueOf(String.valueOf(order.decision())));
        if (order.ref() != null) {
            checked(() -> new BranchRef(order.ref()));
        } else if (decision == Decision.COMMIT && bug != Bug.COMMITS_WITHOUT_REF) {
            throw new Refused(Problem.of(ProblemType.INVALID_VALUE, "COMMIT without ref"));
        }
    }

    private BranchState carryOut(DecisionOrder order) {
        Key key = new Key(order.transaction(), order.branch());
        return order.decision().equals("COMMIT") ? commit(key, order.ref()) : rollBack(key, order.ref());
    }

    private BranchState commit(Key key, String ref) {
        Work work = disk.branches.get(key);
        boolean anyRef = bug == Bug.IGNORES_REF || bug == Bug.COMMITS_WITHOUT_REF && ref == null;
        if (work != null && work.prepared() && (anyRef || work.ref().equals(ref))) {
            disk.branches.remove(key);
            disk.markers.put(key, new Marker(work.ref(), true, work.unique()));
            if (bug == Bug.ACKNOWLEDGES_BEFORE_DOING) {
                sweeps.schedule(() -> effectNow(work.unique()), 1, TimeUnit.SECONDS);
            } else if (bug != Bug.COMMITS_WITHOUT_DECISION) {
                disk.effects.add(work.unique());
            }
            return BranchState.COMMITTED;
        }
        Marker marker = disk.markers.get(key);
        if (marker != null && marker.ref() != null && marker.ref().equals(ref)) {
            return marker.committed() ? BranchState.COMMITTED : BranchState.ROLLED_BACK;
        }
        return bug == Bug.ACKNOWLEDGES_NEVER_SEEN ? BranchState.COMMITTED : BranchState.NEVER_SEEN;
    }

    private synchronized void effectNow(String unique) {
        disk.effects.add(unique);
    }

    private BranchState rollBack(Key key, String ref) {
        Work work = disk.branches.get(key);
        if (work != null) {
            if (ref != null && !work.ref().equals(ref)) {
                return BranchState.BUSY;
            }
            disk.branches.remove(key);
            disk.markers.put(key, new Marker(work.ref(), false, work.unique()));
            if (bug == Bug.COMMITS_WITHOUT_DECISION) {
                disk.effects.remove(work.unique());
            }
            return BranchState.ROLLED_BACK;
        }
        Marker marker = disk.markers.get(key);
        if (marker == null) {
            disk.markers.put(key, new Marker(ref, false, null));
            return BranchState.NEVER_SEEN;
        }
        if (marker.committed() && bug == Bug.REVERSES) {
            disk.effects.remove(marker.unique());
            disk.markers.put(key, new Marker(marker.ref(), false, marker.unique()));
            return BranchState.ROLLED_BACK;
        }
        boolean same = ref == null || ref.equals(marker.ref());
        if (marker.committed()) {
            return same ? BranchState.COMMITTED : BranchState.NEVER_SEEN;
        }
        return same || marker.ref() == null ? BranchState.ROLLED_BACK : BranchState.NEVER_SEEN;
    }

    private synchronized Reply inDoubt() {
        List<BranchStatus> prepared = disk.branches.entrySet().stream()
                .filter(branch -> branch.getValue().prepared())
                .map(branch -> new BranchStatus(
                        branch.getKey().transaction(),
                        branch.getKey().branch(),
                        branch.getValue().ref(),
                        "PREPARED",
                        null))
                .toList();
        return json(new BranchesResponse(NAME.value(), prepared, null));
    }

    private synchronized Reply status(String transaction, String branch) {
        Key key = new Key(transaction, branch);
        Work work = disk.branches.get(key);
        Marker marker = disk.markers.get(key);
        if (work == null && marker == null) {
            return bug == Bug.STATUS_404
                    ? problem(Problem.of(ProblemType.NOT_FOUND, null))
                    : json(new BranchStatus(transaction, branch, null, "NEVER_SEEN", null));
        }
        BranchState state = work != null
                ? BranchState.PREPARED
                : marker.committed() ? BranchState.COMMITTED : BranchState.ROLLED_BACK;
        return json(
                new BranchStatus(transaction, branch, work != null ? work.ref() : marker.ref(), state.name(), null));
    }

    /** Asks about everything in doubt, one branch per question. */
    private void sweep() {
        if (bug == Bug.NEVER_ASKS) {
            return;
        }
        Map<Key, Work> asked;
        synchronized (this) {
            asked = new LinkedHashMap<>(disk.branches);
        }
        asked.forEach((key, work) -> {
            if (work.prepared()) {
                String answer = answer(key, work);
                if (answer.equals("COMMIT") || answer.equals("ROLLBACK")) {
                    end(key, work, answer);
                }
            }
        });
    }

    private synchronized void end(Key key, Work work, String answer) {
        carryOut(new DecisionOrder(key.transaction(), key.branch(), work.ref(), answer));
    }

    private String answer(Key key, Work work) {
        if (bug == Bug.ROLLS_BACK_AT_DEADLINE && Instant.now().isAfter(work.deadline())) {
            return "ROLLBACK";
        }
        try {
            InquiredBranch branch = new InquiredBranch(
                    key.transaction(), key.branch(), work.ref(), work.deadline().toString());
            HttpResponse<String> response = post("/v1/inquiries", new InquiryRequest(NAME.value(), List.of(branch)));
            if (response.statusCode() != 200) {
                return bug == Bug.TAKES_ERRORS_FOR_ROLLBACK ? "ROLLBACK" : "UNDECIDED";
            }
            return WireJson.tolerant().readValue(response.body(), InquiryResponse.class).answers().stream()
                    .filter(each -> each.ref().equals(work.ref()))
                    .findFirst()
                    .map(each -> each.answer())
                    .orElse("UNDECIDED");
        } catch (IOException | JacksonException e) {
            return "UNDECIDED";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "UNDECIDED";
        }
    }

    private HttpResponse<String> post(String path, Object message) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(coordinator.resolve(path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                WireJson.tolerant().writeValueAsString(message)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void addressed(String participant) throws Refused {
        if (participant == null) {
            throw new Refused(Problem.of(ProblemType.INVALID_VALUE, "no participant"));
        }
        if (!participant.equals(NAME.value()) && bug != Bug.ANSWERS_FOR_OTHERS) {
            throw new Refused(Problem.of(ProblemType.MISDIRECTED, null));
        }
    }

    private static <T> T read(StandInServer.Incoming request, Class<T> type) throws Refused {
        if (!"application/json".equals(request.header("Content-Type"))) {
            throw new Refused(Problem.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, null));
        }
        try {
            T message = WireJson.tolerant().readValue(request.body(), type);
            if (message == null) {
                throw new Refused(Problem.of(ProblemType.MALFORMED_REQUEST, "null"));
            }
            return message;
        } catch (JacksonException e) {
            throw new Refused(Problem.of(ProblemType.MALFORMED_REQUEST, e.getOriginalMessage()));
        }
    }

    private static <T> T checked(java.util.function.Supplier<T> parser) throws Refused {
        try {
            return parser.get();
        } catch (IllegalArgumentException e) {
            throw new Refused(Problem.of(ProblemType.INVALID_VALUE, e.getMessage()));
        }
    }

    private static Reply json(Object message) {
        return Reply.json(200, WireJson.tolerant().writeValueAsString(message));
    }

    private static Reply problem(Problem problem) {
        return new Reply(
                problem.status(), Problem.MEDIA_TYPE, WireJson.tolerant().writeValueAsString(problem));
    }

    private static final class Refused extends Exception {
        private final transient Problem problem;

        Refused(Problem problem) {
            super(problem.title());
            this.problem = problem;
        }
    }
}
