package io.assent.conformance.coordinator;

import io.assent.conformance.CaseRunner;
import io.assent.conformance.ConformanceCase;
import io.assent.conformance.http.Transcript;
import io.assent.conformance.report.CaseResult;
import io.assent.conformance.report.Report;
import io.assent.conformance.report.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** All cases for coordinators, run one after the other. */
public final class CoordinatorConformance {

    private CoordinatorConformance() {}

    /** What is checked, for people: id, rule and title. Verdict and time say nothing. */
    public static List<CaseResult> catalogue() {
        return cases().map(each -> new CaseResult(
                        each.id(), each.rule(), each.title(), Verdict.SKIPPED, "not run", List.of(), Duration.ZERO))
                .toList();
    }

    /**
     * Runs the cases.
     *
     * @param wanted which cases, by id
     */
    public static Report run(CoordinatorOptions options, Predicate<String> wanted) {
        Transcript transcript = new Transcript();
        try (StandInParticipants participants = new StandInParticipants(options.listen(), transcript)) {
            CoordinatorUnderTest coordinator = new CoordinatorUnderTest(options, transcript, participants);
            CaseRunner runner = new CaseRunner(transcript, () -> {});
            List<CaseResult> results = cases().filter(each -> wanted.test(each.id()))
                    .map(each -> runner.run(each, coordinator))
                    .toList();
            return new Report("coordinator " + options.base(), results);
        }
    }

    private static Stream<ConformanceCase<CoordinatorUnderTest>> cases() {
        return Stream.of(
                        BeginCases.all(),
                        VotingCases.all(),
                        DeliveryCases.all(),
                        DecisionCases.all(),
                        RefusalCases.all())
                .flatMap(List::stream);
    }
}
