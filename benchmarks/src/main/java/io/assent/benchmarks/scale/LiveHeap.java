package io.assent.benchmarks.scale;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** How much of its heap a JVM really uses, as {@code jcmd} of the same JDK tells it after a full collection. */
final class LiveHeap {

    private LiveHeap() {}

    /**
     * Collects garbage there, and counts what is left.
     *
     * @param pid of a JVM of this user
     * @return bytes
     * @throws IllegalStateException if it does not tell; the message has what was said instead
     */
    static long bytes(long pid) throws InterruptedException {
        // Twice: what has a finalizer, or is held by a reference that the first collection clears, goes with the
        // second.
        jcmd(pid, "GC.run");
        return total(jcmd(pid, "GC.class_histogram"));
    }

    private static List<String> jcmd(long pid, String command) throws InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try {
            Process process = new ProcessBuilder(jcmd, Long.toString(pid), command)
                    .redirectErrorStream(true)
                    .start();
            List<String> lines;
            try (BufferedReader reader = process.inputReader()) {
                lines = reader.lines().toList();
            }
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + " failed: " + String.join(" ", lines));
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The bytes in the last line of a histogram, which is {@code Total}, instances, bytes. */
    static long total(List<String> histogram) {
        for (String line : histogram) {
            String[] words = line.strip().split("\\s+", -1);
            if (words.length == 3 && words[0].equals("Total")) {
                return Long.parseLong(words[2]);
            }
        }
        throw new IllegalStateException("There is no total in what the JVM has told: " + String.join(" ", histogram));
    }
}
