package io.assent.conformance.participant;

import io.assent.conformance.CaseRunner;
import io.assent.conformance.ConformanceCase;
import io.assent.conformance.http.Transcript;
import io.assent.conformance.participant.RestartCases.RestartCase;
import io.assent.conformance.report.CaseResult;
import io.assent.conformance.report.Report;
import io.assent.conformance.report.Verdict;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All cases for participants, run one after the other. */
public final class ParticipantConformance {

    private ParticipantConformance() {}

    /** What is checked, for people: id, rule and title. Verdict and time say nothing. */
    public static List<CaseResult> catalogue() {
        Stream<CaseResult> simple =
                simpleCases().stream().map(each -> skipped(each.id(), each.rule(), each.title(), "not run"));
        Stream<CaseResult> restarts = RestartCases.rounds(1).stream()
                .flatMap(List::stream)
                .map(each -> skipped(each.id(), each.rule(), each.title(), "not run"));
        return Stream.concat(simple, restarts).toList();
    }

    private static List<ConformanceCase<ParticipantUnderTest>> simpleCases() {
        return Stream.of(
                        VoteCases.all(),
                        DecisionCases.all(),
                        RepetitionCases.all(),
                        RefusalCases.all(),
                        InquiryCases.all(),
                        EnlistmentCases.all())
                .flatMap(List::stream)
                .toList();
    }

    /**
     * Runs the cases.
     *
     * @param listen where the kit listens as a coordinator; null: the participant does not ask it
     * @param wanted which cases, by id; the first is always run, since the others need what it finds out
     */
    public static Report run(ParticipantOptions options, @Nullable InetSocketAddress listen, Predicate<String> wanted) {
        Transcript transcript = new Transcript();
        try (StandInCoordinator coordinator = listen == null ? null : new StandInCoordinator(listen, transcript)) {
            ParticipantUnderTest participant = new ParticipantUnderTest(options, transcript, coordinator);
            return run(participant, wanted);
        }
    }

    private static Report run(ParticipantUnderTest participant, Predicate<String> wanted) {
        CaseRunner runner = new CaseRunner(participant.transcript(), participant::cleanUp);
        List<CaseResult> results = new ArrayList<>();
        String hopeless = null;
        for (ConformanceCase<ParticipantUnderTest> each : simpleCases()) {
            boolean first = each.id().equals(VoteCases.FIRST);
            if (hopeless != null) {
                results.add(skipped(each.id(), each.rule(), each.title(), hopeless));
            } else if (first || wanted.test(each.id())) {
                results.add(runner.run(each, participant));
            }
            if (first && results.get(0).verdict() == Verdict.FAILED) {
                hopeless = "needs " + VoteCases.FIRST + " to pass";
            }
        }
        for (List<RestartCase> round : RestartCases.rounds(participant.alternatives())) {
            List<RestartCase> cases =
                    round.stream().filter(each -> wanted.test(each.id())).toList();
            results.addAll(hopeless == null ? restartRound(runner, participant, cases) : allSkipped(cases, hopeless));
        }
        String kind = hopeless != null
                ? ""
                : participant.isLate() ? ", votes when asked (late)" : ", votes with its answer (early)";
        String name = hopeless != null ? "unknown" : participant.name();
        return new Report("participant " + name + kind, results);
    }

    /** The halves before the restart, one restart, the halves after it. */
    private static List<CaseResult> restartRound(
            CaseRunner runner, ParticipantUnderTest participant, List<RestartCase> cases) {
        if (cases.isEmpty()) {
            return List.of();
        }
        if (!participant.canRestart()) {
            return allSkipped(cases, ParticipantUnderTest.needsRestart());
        }
        participant.transcript().clear();
        List<CaseRunner.@Nullable Piece> after = new ArrayList<>();
        List<CaseResult> before = new ArrayList<>();
        for (RestartCase each : cases) {
            CaseRunner.Piece[] piece = new CaseRunner.Piece[1];
            before.add(runner.attempt(
                    each.id(),
                    each.rule(),
                    each.title(),
                    () -> piece[0] = each.before().run(participant)));
            after.add(piece[0]);
        }
        CaseResult restart = runner.attempt("restart", "", "", participant::restart);
        LinkedList<CaseResult> results = new LinkedList<>();
        // Those in doubt first: a late call must be stopped by its tombstone, not by their locks.
        for (int i = cases.size() - 1; i >= 0; i--) {
            CaseResult first = before.get(i);
            CaseRunner.Piece piece = after.get(i);
            if (first.verdict() != Verdict.PASSED || piece == null) {
                results.addFirst(first);
            } else if (restart.verdict() != Verdict.PASSED) {
                results.addFirst(named(restart, first, "the restart failed: " + restart.detail()));
            } else {
                CaseResult second = runner.attempt(first.id(), first.rule(), first.title(), piece);
                results.addFirst(named(second, first, second.detail()));
            }
        }
        participant.cleanUp();
        return results;
    }

    private static CaseResult named(CaseResult result, CaseResult name, String detail) {
        Duration took = name.took().plus(result.took());
        return new CaseResult(name.id(), name.rule(), name.title(), result.verdict(), detail, result.exchanges(), took);
    }

    private static List<CaseResult> allSkipped(List<RestartCase> cases, String reason) {
        return cases.stream()
                .map(each -> skipped(each.id(), each.rule(), each.title(), reason))
                .toList();
    }

    private static CaseResult skipped(String id, String rule, String title, String reason) {
        return new CaseResult(id, rule, title, Verdict.SKIPPED, reason, List.of(), Duration.ZERO);
    }
}
