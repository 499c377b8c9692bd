package io.assent.demo;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import io.assent.demo.system.Progress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What the user sees. On a terminal a running line shows what is being waited for; elsewhere there are plain lines only.
 * Thread-safe.
 */
final class Screen implements Progress, AutoCloseable {

    private static final long REDRAW_MILLIS = 250;
    private static final int LINE_WIDTH = 79;
    /** Longer texts go on in the next line of their cell. */
    private static final int CELL_WIDTH = 48;

    private final PrintStream out;
    private final boolean terminal;
    private final long started = System.nanoTime();
    private final Thread painter;
    private String current = "";
    private int drawn;

    Screen(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
        this.painter = new Thread(this::paint, "screen");
        painter.setDaemon(true);
        if (terminal) {
            painter.start();
        }
    }

    PrintStream out() {
        return out;
    }

    boolean terminal() {
        return terminal;
    }

    @Override
    public synchronized void begun(String what) {
        current = what;
        if (terminal) {
            draw();
        } else {
            out.println("        " + what + " ...");
        }
    }

    @Override
    public synchronized void done(String what) {
        print(String.format(Locale.ROOT, "%6.1f s  ", seconds()) + what);
    }

    @Override
    public synchronized void note(String what) {
        print("       !  " + what);
    }

    /** Ends the running line. */
    synchronized void idle() {
        current = "";
        erase();
    }

    /** Prints a text of its own. */
    synchronized void print(String text) {
        erase();
        out.println(text);
        if (terminal && !current.isEmpty()) {
            draw();
        }
    }

    synchronized void table(String title, List<String> headers, List<List<String>> rows) {
        idle();
        Column[] columns = new Column[headers.size()];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = new Column()
                    .header(headers.get(i))
                    .headerAlign(HorizontalAlign.LEFT)
                    .dataAlign(HorizontalAlign.LEFT)
                    .maxWidth(CELL_WIDTH);
        }
        String[][] cells = rows.stream().map(row -> row.toArray(String[]::new)).toArray(String[][]::new);
        out.println();
        out.println(title);
        out.println(AsciiTable.getTable(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS, columns, cells));
    }

    private double seconds() {
        return Duration.ofNanos(System.nanoTime() - started).toMillis() / 1000.0;
    }

    private void paint() {
        while (!Thread.currentThread().isInterrupted()) {
            synchronized (this) {
                if (!current.isEmpty()) {
                    draw();
                }
            }
            try {
                Thread.sleep(REDRAW_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void draw() {
        String line = String.format(Locale.ROOT, "%6.1f s  %s ...", seconds(), current);
        if (line.length() > LINE_WIDTH) {
            // A line that the terminal wraps cannot be drawn over.
            line = line.substring(0, LINE_WIDTH - 4) + " ...";
        }
        erase();
        out.print(line);
        out.flush();
        drawn = line.length();
    }

    private void erase() {
        if (drawn > 0) {
            out.print("\r" + " ".repeat(drawn) + "\r");
            drawn = 0;
        }
    }

    @Override
    public void close() {
        idle();
        painter.interrupt();
    }
}
