package io.assent.conformance.report;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.ColumnData;
import com.github.freva.asciitable.HorizontalAlign;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * All cases of one run.
 *
 * @param subject what was tried, for people
 * @param results one per case, in the order in which they are listed
 */
public record Report(String subject, List<CaseResult> results) {

    private static final int DETAIL_WIDTH = 60;

    public Report {
        results = List.copyOf(results);
    }

    /** How many cases ended so. */
    public long count(Verdict verdict) {
        return results.stream().filter(result -> result.verdict() == verdict).count();
    }

    /** The ids of the cases that ended so. */
    public List<String> ids(Verdict verdict) {
        return results.stream()
                .filter(result -> result.verdict() == verdict)
                .map(CaseResult::id)
                .toList();
    }

    /** Prints the table, then what was said in each case that failed, then one line that sums up. */
    public void print(PrintWriter out) {
        out.println(subject);
        out.println(AsciiTable.getTable(
                AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS,
                results,
                List.of(
                        text("case", CaseResult::id),
                        text("rule", CaseResult::rule),
                        text("what must hold", CaseResult::title),
                        text("verdict", result -> result.verdict().name()),
                        new Column()
                                .header("ms")
                                .with(result -> Long.toString(result.took().toMillis())))));
        for (CaseResult result : results) {
            if (result.verdict() == Verdict.FAILED) {
                out.println();
                out.println("FAILED " + result.id() + " (" + result.rule() + "): " + result.detail());
                result.exchanges().forEach(line -> out.println("    " + line));
            }
        }
        results.stream()
                .filter(result -> result.verdict() == Verdict.SKIPPED)
                .map(CaseResult::detail)
                .distinct()
                .forEach(reason -> out.println("SKIPPED " + idsSkippedFor(reason) + ": " + reason));
        Duration took = results.stream().map(CaseResult::took).reduce(Duration.ZERO, Duration::plus);
        out.printf(
                "cases: %d, passed: %d, failed: %d, skipped: %d, in %.1f s%n",
                results.size(),
                count(Verdict.PASSED),
                count(Verdict.FAILED),
                count(Verdict.SKIPPED),
                took.toMillis() / 1000.0);
        out.flush();
    }

    /** Prints what the cases check, without verdicts. */
    public void printCatalogue(PrintWriter out) {
        out.println(subject);
        out.println(AsciiTable.getTable(
                AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS,
                results,
                List.of(
                        text("case", CaseResult::id),
                        text("rule", CaseResult::rule),
                        text("what must hold", CaseResult::title))));
        out.flush();
    }

    private static ColumnData<CaseResult> text(String header, Function<CaseResult, String> shown) {
        return new Column()
                .header(header)
                .dataAlign(HorizontalAlign.LEFT)
                .maxWidth(DETAIL_WIDTH)
                .with(shown);
    }

    private String idsSkippedFor(String reason) {
        return String.join(
                ", ",
                results.stream()
                        .filter(result -> result.verdict() == Verdict.SKIPPED)
                        .filter(result -> result.detail().equals(reason))
                        .map(CaseResult::id)
                        .toList());
    }
}
