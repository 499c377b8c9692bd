package io.assent.coordinator.web;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLogs;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.ParticipantClient;
import io.assent.coordinator.operations.LogStatus;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.ResolutionRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** For operators: how the decision logs are, and what to do after one was restored from a backup. */
@RestController
@RequestMapping(path = Paths.BASE, produces = MediaType.APPLICATION_JSON_VALUE)
class LogController {

    private final DecisionLogs logs;
    private final LogNames names;
    private final ParticipantClient participants;
    private final Requests requests;
    private final Answers answers;
    private final Audited audited;
    private final LogStatus status;

    LogController(
            DecisionLogs logs,
            ParticipantClient participants,
            Requests requests,
            Answers answers,
            Audited audited,
            LogStatus status) {
        this.audited = audited;
        this.status = status;
        this.logs = logs;
        this.names = new LogNames(logs);
        this.participants = participants;
        this.requests = requests;
        this.answers = answers;
    }

    @GetMapping("/logs")
    LogsView logs() {
        return new LogsView(logs.logs().stream()
                .map(log -> new LogsView.Log(
                        log.name(), log.since() == null ? null : log.since().toString(), log.cannotDecide() == null))
                .toList());
    }

    @GetMapping("/log-status")
    LogStatus.Status status() {
        return status.look();
    }

    @GetMapping("/log")
    LogView showOnly() {
        return show(lives(names.only()));
    }

    @GetMapping("/logs/{log}")
    LogView show(@PathVariable String log) {
        return show(lives(names.known(log)));
    }

    @PostMapping("/log/epochs")
    LogView restoredOnly(@Body ResolutionRequest body, HttpServletRequest request) {
        return restoredIn(names.only(), body, request);
    }

    @PostMapping("/logs/{log}/epochs")
    LogView restored(@PathVariable String log, @Body ResolutionRequest body, HttpServletRequest request) {
        return restoredIn(names.known(log), body, request);
    }

    @PostMapping("/log/epochs/{epoch}/completion")
    LogView completeOnly(@PathVariable String epoch, @Body ResolutionRequest body, HttpServletRequest request) {
        return completeIn(names.only(), epoch, body, request);
    }

    @PostMapping("/logs/{log}/epochs/{epoch}/completion")
    LogView complete(
            @PathVariable String log,
            @PathVariable String epoch,
            @Body ResolutionRequest body,
            HttpServletRequest request) {
        return completeIn(names.known(log), epoch, body, request);
    }

    private LogLives lives(String known) {
        return Objects.requireNonNull(logs.lives(known), "a log that there is");
    }

    private static LogView show(LogLives lives) {
        return new LogView(lives.epochs().stream().map(EpochView::of).toList());
    }

    private LogView restoredIn(String log, ResolutionRequest body, HttpServletRequest request) {
        String reason = Values.requiredReason(body.reason(), "/reason");
        return audited.now(request, new Audited.Act("restored", log, reason), () -> {
            LogLives lives = lives(log);
            lives.restored(reason);
            return show(lives);
        });
    }

    private LogView completeIn(String log, String epoch, ResolutionRequest body, HttpServletRequest request) {
        int number = Values.integer(epoch, "epoch", 1, Integer.MAX_VALUE, 0);
        String reason = Values.requiredReason(body.reason(), "/reason");
        return audited.now(request, new Audited.Act("end-hold", log + " epoch " + number, reason), () -> {
            LogLives lives = lives(log);
            if (!lives.endHold(number, reason)) {
                throw new ProblemException(Problem.of(ProblemType.NOT_FOUND, "Nothing is held in epoch " + number));
            }
            return show(lives);
        });
    }

    @PostMapping("/transactions/{id}/decision")
    CompletionStage<ResponseEntity<Object>> settle(
            @PathVariable String id, @Body SettlementRequest body, HttpServletRequest request) {
        TransactionId transaction = Values.transaction(id, "id");
        Decision decision =
                Values.constant(Values.required(body.decision(), "/decision"), "/decision", Decision.values());
        String reason = Values.requiredReason(body.reason(), "/reason");
        List<Branch> branches = requests.settled(body);
        return audited.later(
                request,
                new Audited.Act("decide " + decision, id, reason),
                () -> settle(transaction, Objects.requireNonNull(decision), branches, reason));
    }

    private CompletionStage<ResponseEntity<Object>> settle(
            TransactionId transaction, Decision decision, List<Branch> branches, String reason) {
        for (Branch branch : branches) {
            if (!participants.allowed(branch.participant(), branch.url())) {
                return CompletableFuture.completedFuture(answers.respond(
                        new Answer(
                                Answer.Result.NOT_ALLOWED,
                                transaction,
                                null,
                                "branch " + branch.id() + " (" + branch.participant() + ")"),
                        Answers.Call.RESOLVE));
            }
        }
        return logs.lives(transaction)
                .settle(transaction, decision, branches, reason)
                .thenApply(reply -> answers.respond(answer(transaction, reply), Answers.Call.RESOLVE));
    }

    private static Answer answer(TransactionId id, Reply reply) {
        Answer.Result result = switch (reply.status()) {
            case OK -> Answer.Result.OK;
            case CONFLICT, FOREIGN -> Answer.Result.TRANSACTION_CONFLICT;
            case ABSENT -> Answer.Result.NOT_FOUND;
            case TOO_OLD, IN_FUTURE, CLOSED, FULL, HELD, INDETERMINATE, UNREADABLE, UNAVAILABLE ->
                Answer.Result.UNAVAILABLE;
        };
        return new Answer(result, id, reply.record(), reply.detail());
    }
}
