package io.assent.chaos.checker;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Applies every rule to what a run left. */
public final class Checker {

    private static final List<Rule> RULES = List.of(
            new BookingRules(),
            new BranchRules(),
            new CopyRules(),
            new VaultRules(),
            new AnswerRules(),
            new MoneyRules(),
            new TimeRules(),
            new LeftoverRules(),
            new TraceRules());

    private Checker() {}

    /**
     * @param history what clients, fault schedule and watchers wrote down
     * @param banks every bank's books, read when all was over
     * @param log the whole decision log, read when all was over
     */
    public static Report check(History history, List<Books> banks, List<LogRow> log) {
        Evidence evidence = new Evidence(history, banks, log);
        Findings findings = new Findings();
        RULES.forEach(rule -> rule.check(evidence, findings));
        return new Report(
                findings.violations(),
                evidence.transfers().size(),
                evidence.byTransfer().size(),
                answers(evidence),
                log.stream()
                        .collect(Collectors.groupingBy(row -> String.valueOf(row.verdict()), Collectors.counting())),
                faults(history),
                DoubtTimes.of(history));
    }

    private static Map<Told, Long> answers(Evidence evidence) {
        return evidence.history().replies().stream()
                .filter(reply -> {
                    Invocation invocation = evidence.requests().get(reply.request());
                    return invocation != null && invocation.operation().decides();
                })
                .collect(Collectors.groupingBy(Reply::told, Collectors.counting()));
    }

    private static Map<String, Long> faults(History history) {
        return history.faults().stream()
                .collect(Collectors.groupingBy(Fault::kind, Collectors.summingLong(Fault::count)));
    }
}
