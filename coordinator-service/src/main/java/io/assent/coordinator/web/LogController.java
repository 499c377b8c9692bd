package io.assent.coordinator.web;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.ParticipantClient;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.ResolutionRequest;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** For operators: what to do after the decision log was restored from a backup. */
@RestController
@RequestMapping(path = Paths.BASE, produces = MediaType.APPLICATION_JSON_VALUE)
class LogController {

    private static final Logger log = LoggerFactory.getLogger(LogController.class);

    private final LogLives lives;
    private final ParticipantClient participants;
    private final Requests requests;
    private final Answers answers;

    LogController(LogLives lives, ParticipantClient participants, Requests requests, Answers answers) {
        this.lives = lives;
        this.participants = participants;
        this.requests = requests;
        this.answers = answers;
    }

    @GetMapping("/log")
    LogView show() {
        return new LogView(lives.epochs().stream().map(EpochView::of).toList());
    }

    @PostMapping("/log/epochs")
    LogView restored(@Body ResolutionRequest body) {
        lives.restored(Values.requiredReason(body.reason(), "/reason"));
        return show();
    }

    @PostMapping("/log/epochs/{epoch}/completion")
    LogView complete(@PathVariable String epoch, @Body ResolutionRequest body) {
        int number = Values.integer(epoch, "epoch", 1, Integer.MAX_VALUE, 0);
        if (!lives.endHold(number, Values.requiredReason(body.reason(), "/reason"))) {
            throw new ProblemException(Problem.of(ProblemType.NOT_FOUND, "Nothing is held in epoch " + number));
        }
        return show();
    }

    @PostMapping("/transactions/{id}/decision")
    CompletionStage<ResponseEntity<Object>> settle(@PathVariable String id, @Body SettlementRequest body) {
        TransactionId transaction = Values.transaction(id, "id");
        Decision decision =
                Values.constant(Values.required(body.decision(), "/decision"), "/decision", Decision.values());
        String reason = Values.requiredReason(body.reason(), "/reason");
        List<Branch> branches = requests.settled(body);
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
        return lives.settle(transaction, Objects.requireNonNull(decision), branches, reason)
                .thenApply(reply -> answers.respond(answer(transaction, reply), Answers.Call.RESOLVE));
    }

    private static Answer answer(TransactionId id, Reply reply) {
        Answer.Result result = switch (reply.status()) {
            case OK -> Answer.Result.OK;
            case CONFLICT -> Answer.Result.TRANSACTION_CONFLICT;
            case ABSENT -> Answer.Result.NOT_FOUND;
            case TOO_OLD, IN_FUTURE, CLOSED, FULL, HELD, INDETERMINATE, UNREADABLE, UNAVAILABLE ->
                Answer.Result.UNAVAILABLE;
        };
        return new Answer(result, id, reply.record(), reply.detail());
    }

    @ExceptionHandler
    ResponseEntity<Object> unavailable(LogLives.UnavailableException e) {
        log.warn("The lives of the decision log cannot be read or written", e);
        return answers.respond(Problem.of(ProblemType.DECISION_LOG_UNAVAILABLE, "The same request may be sent again"));
    }
}
