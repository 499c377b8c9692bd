package io.assent.sample.payment.breakit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SIGKILL, the real one: no shutdown hook runs, no connection is closed, nothing is written. */
class Killer {

    private static final Logger log = LoggerFactory.getLogger(Killer.class);

    private final BreakProperties properties;

    Killer(BreakProperties properties) {
        this.properties = properties;
    }

    /** Does not return: Java refuses to kill its own process, so the system's kill command does it. */
    void killThisProcess() throws IOException {
        long pid = ProcessHandle.current().pid();
        log.warn("Break it: killing this process ({}) with SIGKILL; its branch stays in doubt until it is back", pid);
        Process kill = new ProcessBuilder("kill", "-KILL", Long.toString(pid)).start();
        try {
            kill.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IllegalStateException("kill -KILL " + pid + " left this process alive");
    }

    /** Kills the coordinator and waits until it is gone, so that it cannot hear what happens next. */
    void killCoordinator() throws IOException {
        Path file = properties.coordinatorPidFile();
        if (file == null) {
            throw new IllegalStateException("sample.break.coordinator-pid-file is not set");
        }
        long pid = Long.parseLong(Files.readString(file).strip());
        Optional<ProcessHandle> coordinator = ProcessHandle.of(pid);
        if (coordinator.isEmpty()) {
            log.warn("Break it: the coordinator's process {} is gone already; going on", pid);
            return;
        }
        log.warn("Break it: killing the coordinator ({}) with SIGKILL, then carrying out what it decided", pid);
        coordinator.get().destroyForcibly();
        coordinator
                .get()
                .onExit()
                .completeOnTimeout(coordinator.get(), 5, TimeUnit.SECONDS)
                .join();
    }
}
