package io.assent.chaos.points;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a run of cases showed.
 *
 * @param results one for each case, in the order in which they ran
 * @param others violations that belong to no single case
 * @param background how many undisturbed transfers ran beside them
 * @param time all of it
 */
record Report(List<CaseResult> results, List<String> others, int background, Duration time) {

    Report {
        results = List.copyOf(results);
        others = List.copyOf(others);
    }

    /** All violations in a sentence each, with the command that repeats the case. */
    List<String> violations() {
        List<String> all = new ArrayList<>();
        results.forEach(result -> result.violations()
                .forEach(violation -> all.add(result.ran().name() + ": " + violation + ". Repeat with: "
                        + result.ran().repeat())));
        all.addAll(others);
        return all;
    }

    /** A table, the violations, and as the last line {@code violations: N}. */
    void print(PrintWriter out) {
        List<Column> columns = List.of(
                column("case", HorizontalAlign.LEFT),
                column("answer", HorizontalAlign.LEFT),
                column("in doubt, ms", HorizontalAlign.RIGHT),
                column("violations", HorizontalAlign.RIGHT));
        Object[][] rows = results.stream()
                .map(result -> new Object[] {
                    result.ran().name(),
                    result.answer().claim(),
                    result.inDoubt().toMillis(),
                    result.violations().size()
                })
                .toArray(Object[][]::new);
        out.println(AsciiTable.getTable(AsciiTable.FANCY_ASCII, columns.toArray(Column[]::new), strings(rows)));
        out.printf(
                "%d cases in %d s, %d transfers beside them; in doubt, from the fault to the end: p50 %d ms, p99 %d ms, longest %d ms%n",
                results.size(),
                time.toSeconds(),
                background,
                inDoubt(50).toMillis(),
                inDoubt(99).toMillis(),
                inDoubt(100).toMillis());
        violations().forEach(out::println);
        out.println("violations: " + violations().size());
        out.flush();
    }

    /** The nearest-rank percentile of the times in doubt; zero if nothing ran. */
    Duration inDoubt(int percentile) {
        List<Duration> sorted =
                results.stream().map(CaseResult::inDoubt).sorted().toList();
        int rank = (int) Math.ceil(percentile / 100.0 * sorted.size());
        return sorted.isEmpty() ? Duration.ZERO : sorted.get(Math.max(0, rank - 1));
    }

    private static Column column(String name, HorizontalAlign align) {
        return new Column().header(name).headerAlign(align).dataAlign(align).maxWidth(90);
    }

    private static Object[][] strings(Object[][] rows) {
        return Arrays.stream(rows)
                .map(row -> Arrays.stream(row).map(String::valueOf).toArray())
                .toArray(Object[][]::new);
    }
}
