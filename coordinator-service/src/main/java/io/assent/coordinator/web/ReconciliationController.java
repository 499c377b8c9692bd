package io.assent.coordinator.web;

import io.assent.coordinator.engine.DecisionLogs;
import io.assent.coordinator.engine.LogLives.Epoch;
import io.assent.coordinator.engine.ParticipantAddresses.Address;
import io.assent.coordinator.engine.ParticipantClient;
import io.assent.coordinator.reconciliation.Reconciliation;
import io.assent.coordinator.reconciliation.Reconciliations;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** For operators: a restored log compared with what participants show. */
@RestController
@RequestMapping(path = Paths.BASE, produces = MediaType.APPLICATION_JSON_VALUE)
class ReconciliationController {

    private static final int MOST_TRANSACTIONS = 1_000;
    private static final int USUALLY = 200;
    private static final int MOST_PARTICIPANTS = 100;

    private final Reconciliations reconciliations;
    private final LogNames names;
    private final ParticipantClient participants;

    ReconciliationController(Reconciliations reconciliations, DecisionLogs logs, ParticipantClient participants) {
        this.reconciliations = reconciliations;
        this.names = new LogNames(logs);
        this.participants = participants;
    }

    @GetMapping("/log/reconciliation")
    CompletionStage<ReconciliationView> compareOnly(
            @RequestParam(required = false) @Nullable String epoch,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(required = false) @Nullable String limit,
            HttpServletRequest request) {
        return compare(names.only(), epoch, after, limit, request);
    }

    @GetMapping("/logs/{log}/reconciliation")
    CompletionStage<ReconciliationView> compareNamed(
            @PathVariable("log") String name,
            @RequestParam(required = false) @Nullable String epoch,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(required = false) @Nullable String limit,
            HttpServletRequest request) {
        return compare(names.known(name), epoch, after, limit, request);
    }

    private CompletionStage<ReconciliationView> compare(
            String name,
            @Nullable String epoch,
            @Nullable String after,
            @Nullable String limit,
            HttpServletRequest request) {
        // As a list of Spring's, one that is empty would be none, and one with a comma in its address would be two.
        String[] participants = request.getParameterValues("participant");
        Reconciliation reconciliation = reconciliations.of(name);
        Integer number = epoch == null ? null : Values.integer(epoch, "epoch", 1, Integer.MAX_VALUE, 0);
        var query = new Reconciliation.Query(
                after == null ? null : Values.transaction(after, "after"),
                Values.integer(limit, "limit", 1, MOST_TRANSACTIONS, USUALLY),
                named(participants == null ? List.of() : List.of(participants)));
        Optional<Epoch> found = reconciliation.epoch(number);
        Epoch held = found.orElseThrow(() -> new ProblemException(Problem.of(
                ProblemType.NOT_FOUND,
                number == null
                        ? "Nothing was ever held in this log"
                        : "There is no epoch " + number + " in which anything was held")));
        return reconciliation.report(held, query).thenApply(ReconciliationView::of);
    }

    private List<Address> named(List<String> texts) {
        if (texts.size() > MOST_PARTICIPANTS) {
            throw ProblemException.invalid("participant", "is given more than %d times".formatted(MOST_PARTICIPANTS));
        }
        List<Address> named = new ArrayList<>();
        for (String text : texts) {
            String[] parts = text.split("=", 2);
            if (parts.length < 2) {
                throw ProblemException.invalid("participant", "expected name=url");
            }
            var address = new Address(Values.participant(parts[0], "participant"), Values.url(parts[1], "participant"));
            if (!participants.allowed(address.participant(), address.url())) {
                throw new ProblemException(Problem.of(
                                ProblemType.PARTICIPANT_NOT_ALLOWED,
                                "This coordinator is not configured to call that address")
                        .at("participant"));
            }
            named.add(address);
        }
        return named;
    }
}
