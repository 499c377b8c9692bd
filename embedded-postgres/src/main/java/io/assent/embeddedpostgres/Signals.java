package io.assent.embeddedpostgres;

import java.io.IOException;
import java.util.Collection;
import java.util.stream.Collectors;

/** Signals that Java has no words for; every POSIX shell has {@code kill}. */
final class Signals {

    private Signals() {}

    /** {@code SIGSTOP}; processes that are gone meanwhile are left out. */
    static void stop(Collection<Long> pids) {
        send("STOP", pids);
    }

    /** {@code SIGCONT}. */
    static void resume(Collection<Long> pids) {
        send("CONT", pids);
    }

    private static void send(String signal, Collection<Long> pids) {
        if (pids.isEmpty()) {
            return;
        }
        String all = pids.stream().map(String::valueOf).collect(Collectors.joining(" "));
        try {
            new ProcessBuilder("sh", "-c", "kill -" + signal + " " + all)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new EmbeddedPostgresException("SIG" + signal + " could not be sent: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedPostgresException("Interrupted while sending SIG" + signal, e);
        }
    }
}
