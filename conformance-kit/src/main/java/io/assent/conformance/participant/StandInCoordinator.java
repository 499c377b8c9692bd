package io.assent.conformance.participant;

import io.assent.conformance.StandInServer;
import io.assent.conformance.StandInServer.Reply;
import io.assent.conformance.http.Messages;
import io.assent.conformance.http.Transcript;
import io.assent.protocol.BranchId;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.assent.protocol.wire.BranchMessage;
import io.assent.protocol.wire.BranchView;
import io.assent.protocol.wire.EnlistRequest;
import io.assent.protocol.wire.InquiredAnswer;
import io.assent.protocol.wire.InquiredBranch;
import io.assent.protocol.wire.InquiryRequest;
import io.assent.protocol.wire.InquiryResponse;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.TransactionView;
import io.assent.protocol.wire.WireJson;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.JacksonException;

/**
 * The coordinator that the participant asks and enlists at. What it answers is set for each transaction; about others it
 * knows nothing, which is UNDECIDED. Thread-safe.
 */
final class StandInCoordinator implements AutoCloseable {

    /** How an inquiry about a transaction is answered. */
    enum Script {
        UNDECIDED,
        COMMIT,
        ROLLBACK,
        FORGOTTEN,
        /** The right transaction and branch with another execution's ref. */
        OTHER_REF,
        SERVER_ERROR,
        HTML,
        NOT_FOUND,
        EMPTY,
        HANG_UP
    }

    /** How an enlistment is answered. */
    enum Enlistment {
        ACCEPTED,
        CLOSED,
        UNAVAILABLE
    }

    private final StandInServer server;
    private final Transcript transcript;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final Map<String, Enlistment> enlistments = new ConcurrentHashMap<>();
    private final List<Inquiry> inquiries = new ArrayList<>();
    private final List<Enlisted> enlisted = new ArrayList<>();

    /** One branch in one inquiry. */
    record Inquiry(String participant, InquiredBranch branch) {}

    /** One request to enlist. */
    record Enlisted(String transaction, EnlistRequest request) {}

    StandInCoordinator(InetSocketAddress address, Transcript transcript) {
        this.transcript = transcript;
        this.server = new StandInServer(address, this::answer);
    }

    int port() {
        return server.port();
    }

    /** From now on, inquiries about the transaction are answered so. */
    void script(TransactionId transaction, Script script) {
        scripts.put(transaction.toString(), script);
    }

    /** From now on, the transaction's branches are enlisted so. */
    void enlist(TransactionId transaction, Enlistment answer) {
        enlistments.put(transaction.toString(), answer);
    }

    /** How often it was asked about a branch. */
    synchronized long asked(TransactionId transaction, BranchId branch) {
        return inquiries.stream()
                .filter(inquiry ->
                        transaction.toString().equals(inquiry.branch().transaction())
                                && branch.value().equals(inquiry.branch().branch()))
                .count();
    }

    /** The questions about a transaction. */
    synchronized List<Inquiry> inquiries(TransactionId transaction) {
        return inquiries.stream()
                .filter(inquiry ->
                        transaction.toString().equals(inquiry.branch().transaction()))
                .toList();
    }

    /** The requests to enlist in a transaction. */
    synchronized List<EnlistRequest> enlisted(TransactionId transaction) {
        return enlisted.stream()
                .filter(each -> each.transaction().equals(transaction.toString()))
                .map(Enlisted::request)
                .toList();
    }

    @Override
    public void close() {
        server.close();
    }

    private Reply answer(StandInServer.Incoming request) {
        Reply reply;
        try {
            reply = route(request.method(), request.path(), request.body());
        } catch (JacksonException e) {
            reply = problem(Problem.of(ProblemType.MALFORMED_REQUEST, e.getOriginalMessage()));
        }
        transcript.add("→ (to the kit) " + request.method() + " " + request.path() + " " + request.body());
        transcript.add("← (from the kit) " + (reply.status() == 0 ? "hangs up" : reply.status()) + " " + reply.body());
        return reply;
    }

    private Reply route(String method, String path, String body) {
        if (method.equals("POST") && path.equals("/v1/inquiries")) {
            return inquired(WireJson.tolerant().readValue(body, InquiryRequest.class));
        }
        if (method.equals("POST") && path.matches("/v1/transactions/[^/]+/branches")) {
            return enlisted(path.split("/")[3], WireJson.tolerant().readValue(body, EnlistRequest.class));
        }
        return problem(Problem.of(ProblemType.NOT_FOUND, "the conformance kit answers inquiries and enlistments only"));
    }

    private Reply inquired(InquiryRequest request) {
        List<InquiredBranch> branches = Objects.requireNonNullElse(request.branches(), List.of());
        synchronized (this) {
            branches.forEach(branch -> inquiries.add(new Inquiry(String.valueOf(request.participant()), branch)));
        }
        List<InquiredAnswer> answers = new ArrayList<>();
        for (InquiredBranch branch : branches) {
            Script script = scripts.getOrDefault(String.valueOf(branch.transaction()), Script.UNDECIDED);
            switch (script) {
                case UNDECIDED -> answers.add(told(branch, InquiryAnswer.UNDECIDED));
                case COMMIT -> answers.add(told(branch, InquiryAnswer.COMMIT));
                case ROLLBACK -> answers.add(told(branch, InquiryAnswer.ROLLBACK));
                case FORGOTTEN -> answers.add(told(branch, InquiryAnswer.FORGOTTEN));
                case OTHER_REF ->
                    answers.add(new InquiredAnswer(
                            String.valueOf(branch.transaction()),
                            String.valueOf(branch.branch()),
                            "assent:conformance:another-execution",
                            InquiryAnswer.COMMIT.name()));
                case EMPTY -> {}
                case SERVER_ERROR -> {
                    return problem(Problem.of(ProblemType.INTERNAL_ERROR, "on purpose"));
                }
                case NOT_FOUND -> {
                    return problem(Problem.of(ProblemType.NOT_FOUND, "on purpose"));
                }
                case HTML -> {
                    return new Reply(200, "text/html", "<html><body>COMMIT or ROLLBACK?</body></html>");
                }
                case HANG_UP -> {
                    return Reply.HANG_UP;
                }
            }
        }
        return Reply.json(200, Messages.json(new InquiryResponse(answers)));
    }

    private static InquiredAnswer told(InquiredBranch branch, InquiryAnswer answer) {
        return new InquiredAnswer(
                String.valueOf(branch.transaction()),
                String.valueOf(branch.branch()),
                String.valueOf(branch.ref()),
                answer.name());
    }

    private Reply enlisted(String transaction, EnlistRequest request) {
        synchronized (this) {
            enlisted.add(new Enlisted(transaction, request));
        }
        Enlistment answer = enlistments.getOrDefault(transaction, Enlistment.ACCEPTED);
        return switch (answer) {
            case CLOSED ->
                problem(Problem.of(ProblemType.TRANSACTION_CLOSED, "on purpose").of(transaction, null, null));
            case UNAVAILABLE -> problem(Problem.of(ProblemType.DECISION_LOG_UNAVAILABLE, "on purpose"));
            case ACCEPTED -> Reply.json(201, Messages.json(view(transaction, request.message())));
        };
    }

    private static TransactionView view(String transaction, BranchMessage branch) {
        BranchView shown = new BranchView(
                String.valueOf(branch.branch()),
                String.valueOf(branch.participant()),
                branch.url(),
                branch.ref(),
                Objects.requireNonNullElse(branch.vote(), Vote.PENDING.name()),
                null,
                false,
                0,
                null,
                null);
        return new TransactionView(
                transaction, null, "ACTIVE", null, null, null, null, null, List.of(shown), List.of());
    }

    private static Reply problem(Problem problem) {
        return new Reply(problem.status(), Problem.MEDIA_TYPE, Messages.json(problem));
    }

    /** The scripts after which a branch must still be in doubt. */
    static Set<Script> noAnswers() {
        return Set.of(
                Script.SERVER_ERROR,
                Script.HTML,
                Script.NOT_FOUND,
                Script.EMPTY,
                Script.HANG_UP,
                Script.OTHER_REF,
                Script.FORGOTTEN);
    }
}
