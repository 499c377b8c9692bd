package io.assent.conformance.http;

import java.util.ArrayList;
import java.util.List;

/** What was said during one case. Thread-safe. */
public final class Transcript {

    /** A case that goes wrong shows its last messages; a thousand of them help nobody. */
    private static final int MOST = 40;

    /** A body is cut here, in characters. */
    private static final int LONGEST = 600;

    private final List<String> lines = new ArrayList<>();

    /** Forgets everything: a new case begins. */
    public synchronized void clear() {
        lines.clear();
    }

    /** One message or event. */
    public synchronized void add(String line) {
        if (lines.size() == MOST) {
            lines.remove(0);
        }
        String oneLine = line.replace("\r", "\\r").replace("\n", "\\n");
        lines.add(oneLine.length() > LONGEST ? oneLine.substring(0, LONGEST) + "…" : oneLine);
    }

    /** Everything since the last {@link #clear()}, oldest first. */
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }
}
