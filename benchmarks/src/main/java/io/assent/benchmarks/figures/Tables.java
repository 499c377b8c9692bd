package io.assent.benchmarks.figures;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import io.assent.benchmarks.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Figures for people. */
public final class Tables {

    /** A column. */
    public record Figure<R>(String heading, Function<R, String> text) {}

    private Tables() {}

    /** With the name of each row first, and a line for each row. */
    public static <R> String text(Figure<R> name, List<Figure<R>> figures, List<R> rows) {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column()
                .header(name.heading())
                .headerAlign(HorizontalAlign.LEFT)
                .dataAlign(HorizontalAlign.LEFT));
        for (Figure<R> figure : figures) {
            columns.add(new Column().header(figure.heading()).dataAlign(HorizontalAlign.RIGHT));
        }
        List<String[]> cells = new ArrayList<>();
        for (R row : rows) {
            List<String> cell = new ArrayList<>(List.of(name.text().apply(row)));
            figures.forEach(figure -> cell.add(figure.text().apply(row)));
            cells.add(cell.toArray(String[]::new));
        }
        return AsciiTable.getTable(
                AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS,
                columns.toArray(Column[]::new),
                cells.toArray(String[][]::new));
    }

    /** A number, or a dash if it is not known. */
    public static String number(double value, String format) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "-";
    }

    public static String clients(int number) {
        return number + (number == 1 ? " client" : " clients");
    }

    /** Where figures were made and what disturbed them, in two lines. */
    public static String surroundings(int rounds, int seconds, Machine machine, Disturbance disturbance) {
        return String.format(
                Locale.ROOT,
                "Rounds: %d, of %d s for each. %d processors, PostgreSQL %s with fsync on %s, Java %s with%n  %s.%n"
                        + "Load average %s before and %s after; other programs kept %s processors busy; steal %s.%n",
                rounds,
                seconds,
                machine.processors(),
                machine.postgres(),
                machine.data().equals("tmpfs") ? "tmpfs (in memory: flushes cost nothing)" : machine.data(),
                machine.java(),
                String.join(" ", machine.jvmOptions()),
                number(disturbance.loadBefore(), "%.1f"),
                number(disturbance.loadAfter(), "%.1f"),
                number(disturbance.otherProcessors(), "%.1f"),
                number(disturbance.stealPercent(), "%.1f %%"));
    }
}
