package io.assent.coordinator.web;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.engine.FieldNames;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.coordinator.security.Callers;
import io.assent.coordinator.tracing.CommitTraces;
import io.assent.protocol.Outcome;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionState;
import io.assent.protocol.header.TracesHeader;
import io.assent.protocol.wire.BeginRequest;
import io.assent.protocol.wire.Commit;
import io.assent.protocol.wire.CommitRequest;
import io.assent.protocol.wire.CommitResult;
import io.assent.protocol.wire.CommitsRequest;
import io.assent.protocol.wire.EnlistRequest;
import io.assent.protocol.wire.InquiredAnswer;
import io.assent.protocol.wire.InquiryRequest;
import io.assent.protocol.wire.InquiryResponse;
import io.assent.protocol.wire.ResolutionRequest;
import io.assent.protocol.wire.RollbackRequest;
import io.assent.protocol.wire.SearchResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Every call of the coordinator's API. Bodies are documented where the OpenAPI document is made. */
@RestController
@RequestMapping(path = Paths.BASE, produces = MediaType.APPLICATION_JSON_VALUE)
class TransactionController {

    private static final Logger log = LoggerFactory.getLogger(TransactionController.class);

    private static final String PREFERENCE_APPLIED = "Preference-Applied";
    /** In place of an outcome: any of which a person has to be told. */
    static final String HEURISTIC = "HEURISTIC";

    private static final Set<Outcome> HEURISTICS =
            Arrays.stream(Outcome.values()).filter(Outcome::heuristic).collect(Collectors.toUnmodifiableSet());
    private static final Duration OLDEST = Duration.ofDays(3_650);

    private final Coordinator coordinator;
    private final TransactionSearch search;
    private final Requests requests;
    private final Answers answers;
    private final WebSettings settings;
    private final Audited audited;
    private final InquiryCounters inquiries;
    private final CommitTraces traces;

    TransactionController(
            Coordinator coordinator,
            TransactionSearch search,
            Requests requests,
            Answers answers,
            WebSettings settings,
            Audited audited,
            InquiryCounters inquiries,
            ObjectProvider<CommitTraces> traces) {
        this.coordinator = coordinator;
        this.search = search;
        this.requests = requests;
        this.answers = answers;
        this.settings = settings;
        this.audited = audited;
        this.inquiries = inquiries;
        this.traces = traces.getIfAvailable(() -> CommitTraces.NONE);
    }

    @PostMapping("/transactions")
    CompletionStage<ResponseEntity<Object>> begin(@Body BeginRequest body, HttpServletRequest request) {
        return coordinator
                .begin(requests.begin(body, Callers.service(request)))
                .thenApply(answer -> answers.respond(answer, Answers.Call.BEGIN));
    }

    @PostMapping("/transactions/{id}/branches")
    CompletionStage<ResponseEntity<Object>> enlist(
            @PathVariable String id, @Body(from = Body.Sender.PARTICIPANT) EnlistRequest body) {
        return coordinator
                .enlist(Values.transaction(id, "id"), requests.enlisted(body), requests.token(body))
                .thenApply(answer -> answers.respond(answer, Answers.Call.ENLIST));
    }

    @PostMapping("/transactions/{id}/commit")
    CompletionStage<ResponseEntity<Object>> commit(
            @PathVariable String id, @Body CommitRequest body, HttpServletRequest request) {
        TransactionId transaction = Values.transaction(id, "id");
        Preferences preferences = Preferences.of(request.getHeaders("Prefer"), settings);
        var message = new Commit(id, body.name(), body.deadline(), body.branches());
        return commit(transaction, message, "", asking(preferences, request))
                .thenApply(answer -> applied(answers.respond(answer, Answers.Call.COMMIT), preferences));
    }

    @PostMapping("/commits")
    CompletionStage<ResponseEntity<Object>> commits(
            @Body(limit = Body.Limit.COMMITS) CommitsRequest body, HttpServletRequest request) {
        List<Commit> commits = body.commits();
        if (commits == null || commits.isEmpty() || commits.size() > Requests.MOST_COMMITS) {
            throw ProblemException.invalid("/commits", "expected 1 to %d commits".formatted(Requests.MOST_COMMITS));
        }
        // Without an id nobody could tell whose result it is, so this alone fails the whole message.
        List<TransactionId> ids = new ArrayList<>();
        for (int i = 0; i < commits.size(); i++) {
            Commit commit = commits.get(i);
            ids.add(Values.transaction(commit == null ? null : commit.transaction(), "/commits/" + i + "/transaction"));
        }
        Preferences preferences = Preferences.of(request.getHeaders("Prefer"), settings);
        Requests.Asking asking = asking(preferences, request);
        CommitTraces.Message traced = traces.message(request.getHeader(TracesHeader.NAME));
        List<CompletableFuture<CommitResult>> results = new ArrayList<>();
        for (int i = 0; i < commits.size(); i++) {
            String at = "/commits/" + i;
            TransactionId id = ids.get(i);
            CompletionStage<Answer> answer;
            try (CommitTraces.Scope scope = traced.commit(i)) {
                answer = commit(id, commits.get(i), at, asking);
            } catch (ProblemException e) {
                answer = CompletableFuture.failedStage(e);
            }
            results.add(answer.thenApply(known -> answers.result(known, at))
                    .exceptionally(failure -> failed(id, failure))
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(all -> applied(
                        answers.respond(
                                results.stream().map(CompletableFuture::join).toList()),
                        preferences));
    }

    @PostMapping("/transactions/{id}/rollback")
    CompletionStage<ResponseEntity<Object>> rollback(
            @PathVariable String id, @Body RollbackRequest body, HttpServletRequest request) {
        TransactionId transaction = Values.transaction(id, "id");
        Preferences preferences = Preferences.of(request.getHeaders("Prefer"), settings);
        Coordinator.Rollback rollback = requests.rollback(transaction, body, asking(preferences, request));
        return known(transaction, () -> coordinator.rollback(rollback))
                .thenApply(answer -> applied(answers.respond(answer, Answers.Call.ROLLBACK), preferences));
    }

    @PostMapping("/transactions/{id}/resolution")
    CompletionStage<ResponseEntity<Object>> resolve(
            @PathVariable String id, @Body ResolutionRequest body, HttpServletRequest request) {
        TransactionId transaction = Values.transaction(id, "id");
        String reason = Values.requiredReason(body.reason(), "/reason");
        return audited.later(
                request,
                new Audited.Act("resolve", id, reason),
                () -> coordinator
                        .resolve(transaction, reason)
                        .thenApply(answer -> answers.respond(answer, Answers.Call.RESOLVE)));
    }

    @PostMapping("/transactions/{id}/retry")
    CompletionStage<ResponseEntity<Object>> retry(
            @PathVariable String id, @Body ResolutionRequest body, HttpServletRequest request) {
        TransactionId transaction = Values.transaction(id, "id");
        String reason = Values.requiredReason(body.reason(), "/reason");
        return audited.later(
                request,
                new Audited.Act("retry", id, reason),
                () -> coordinator
                        .retry(transaction)
                        .thenApply(answer -> answers.respond(answer, Answers.Call.RESOLVE)));
    }

    @GetMapping("/transactions/{id}")
    CompletionStage<ResponseEntity<Object>> find(@PathVariable String id, HttpServletRequest request) {
        return coordinator
                .find(Values.transaction(id, "id"), Callers.service(request))
                .thenApply(answer -> answers.respond(answer, Answers.Call.FIND));
    }

    @GetMapping("/transactions")
    SearchResponse search(
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(required = false) @Nullable String outcome,
            @RequestParam(required = false) @Nullable String name,
            @RequestParam(required = false) @Nullable String participant,
            @RequestParam(name = "older-than", required = false) @Nullable String olderThan,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor,
            HttpServletRequest request) {
        int most = Values.integer(limit, "limit", 1, 500, 50);
        TransactionSearch.Result result = search.search(new TransactionSearch.Query(
                Values.constant(state, "state", TransactionState.values()),
                outcomes(outcome),
                Values.name(name, "name"),
                participant == null ? null : Values.participant(participant, "participant"),
                olderThan == null ? null : Values.duration(olderThan, "older-than", Duration.ZERO, OLDEST),
                most,
                cursor == null ? null : Values.transaction(cursor, "cursor"),
                Callers.service(request)));
        List<TransactionRecord> found = result.found();
        return new SearchResponse(
                found.stream()
                        .map(record -> Views.transaction(record, Views.confirmed(record), false))
                        .toList(),
                found.size() < most ? null : found.get(found.size() - 1).id().toString(),
                result.missing().isEmpty() ? null : result.missing());
    }

    /** One of them, or all that somebody has to be told of. */
    private static Set<Outcome> outcomes(@Nullable String outcome) {
        if (outcome == null) {
            return Set.of();
        }
        if (outcome.equals(HEURISTIC)) {
            return HEURISTICS;
        }
        return Set.of(Objects.requireNonNull(Values.constant(outcome, "outcome", Outcome.values())));
    }

    @PostMapping("/inquiries")
    CompletionStage<InquiryResponse> inquire(
            @Body(from = Body.Sender.PARTICIPANT, limit = Body.Limit.INQUIRIES) InquiryRequest body) {
        return coordinator
                .inquire(requests.asker(body), requests.inquiries(body))
                .thenApply(answered -> {
                    inquiries.count(answered);
                    return new InquiryResponse(answered.stream()
                            .map(one -> new InquiredAnswer(
                                    one.inquiry().transaction().toString(),
                                    one.inquiry().branch().toString(),
                                    one.inquiry().ref().toString(),
                                    one.answer().name()))
                            .toList());
                });
    }

    /**
     * A set of full branches without a deadline is no collected commit; whether it was meant as one is told by the
     * record alone. So it is asked for as the commit of a begun transaction, and only if there is none the deadline is
     * found missing.
     */
    private CompletionStage<Answer> commit(TransactionId id, Commit message, String at, Requests.Asking asking) {
        Coordinator.Commit commit = requests.commit(id, message, at, asking);
        boolean deadlineMissing = commit.expected() != null && commit.deadline() == null;
        return known(id, () -> coordinator.commit(commit)).thenApply(answer -> {
            if (deadlineMissing && answer.result() == Answer.Result.NOT_FOUND) {
                throw ProblemException.invalid(
                        at + "/deadline", "is mandatory with branches, since the transaction was never begun");
            }
            return answer;
        });
    }

    /** R8: if the program itself fails while a decision may be under way, the caller is told "unknown", not "failed". */
    private static CompletionStage<Answer> known(TransactionId id, Supplier<CompletionStage<Answer>> call) {
        return CompletableFuture.completedStage(null)
                .thenCompose(nothing -> call.get())
                .exceptionally(failure -> unknown(id, failure));
    }

    private static Answer unknown(TransactionId id, Throwable failure) {
        log.atError()
                .addKeyValue(FieldNames.TRANSACTION, id)
                .setCause(failure)
                .log(
                        "Commit or rollback of {} ended in a programming error; its caller is told that the outcome is unknown"
                                + " and recovery goes on with it",
                        id);
        return new Answer(Answer.Result.UNKNOWN, id, null, null);
    }

    private CommitResult failed(TransactionId id, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof ProblemException e
                ? Answers.result(id.toString(), e.problem())
                : answers.result(unknown(id, cause), "");
    }

    private static Requests.Asking asking(Preferences preferences, HttpServletRequest request) {
        return new Requests.Asking(preferences.patience(), Callers.service(request));
    }

    private static ResponseEntity<Object> applied(ResponseEntity<?> response, Preferences preferences) {
        ResponseEntity.BodyBuilder builder =
                ResponseEntity.status(response.getStatusCode()).headers(response.getHeaders());
        if (preferences.applied() != null) {
            builder.header(PREFERENCE_APPLIED, preferences.applied());
        }
        return builder.body(response.getBody());
    }
}
