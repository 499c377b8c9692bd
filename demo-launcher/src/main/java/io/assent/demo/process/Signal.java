package io.assent.demo.process;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** Signals to processes. Java has no words for these; every POSIX shell has {@code kill}. */
public enum Signal {
    /** Stops a process in the middle of whatever it does ({@code SIGSTOP}). */
    STOP,
    /** Lets a stopped process go on ({@code SIGCONT}). */
    CONT;

    /**
     * Sends it to one process.
     *
     * @throws ProcessFailedException if it did not arrive, for example because the process is gone
     */
    public void send(long pid) {
        if (run(List.of(pid)) != 0) {
            throw new ProcessFailedException("SIG" + name() + " did not reach process " + pid);
        }
    }

    /** Sends it to those of these processes that are still there. */
    public void sendToLiving(List<Long> pids) {
        if (!pids.isEmpty()) {
            run(pids);
        }
    }

    private int run(List<Long> pids) {
        String all = pids.stream().map(String::valueOf).collect(Collectors.joining(" "));
        try {
            return new ProcessBuilder("sh", "-c", "kill -" + name() + " " + all)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new ProcessFailedException("SIG" + name() + " could not be sent: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProcessFailedException("Interrupted while sending SIG" + name());
        }
    }
}
