package io.assent.cli;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import com.github.freva.asciitable.OverflowBehaviour;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows for people. What came from outside cannot move the cursor or change colours. */
final class Table {

    private static final int WIDEST = 80;

    private final Column[] columns;
    private final List<String[]> rows = new ArrayList<>();

    Table(String... headings) {
        columns = Arrays.stream(headings)
                .map(heading -> new Column()
                        .header(heading)
                        .headerAlign(HorizontalAlign.LEFT)
                        .dataAlign(HorizontalAlign.LEFT)
                        .maxWidth(WIDEST, OverflowBehaviour.NEWLINE))
                .toArray(Column[]::new);
    }

    void add(String... cells) {
        rows.add(Arrays.stream(cells).map(Table::harmless).toArray(String[]::new));
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    @Override
    public String toString() {
        return AsciiTable.getTable(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS, columns, rows.toArray(String[][]::new));
    }

    static String harmless(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
