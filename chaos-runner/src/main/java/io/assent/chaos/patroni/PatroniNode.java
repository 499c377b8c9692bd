package io.assent.chaos.patroni;

import io.assent.chaos.system.Endpoint;
import io.assent.demo.process.Signal;
import io.assent.demo.process.SupervisedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One server of the cluster, and the Patroni that looks after it. For one thread, but for {@link #close()}. */
public final class PatroniNode {

    private final PatroniSettings settings;
    private final SupervisedProcess manager;
    private final PatroniApi api;
    /** While they are paused: they cannot be found again by way of a parent that has died. */
    private List<Long> paused = List.of();

    PatroniNode(PatroniSettings settings, SupervisedProcess manager) {
        this.settings = settings;
        this.manager = manager;
        this.api = new PatroniApi(settings.api());
    }

    public String name() {
        return settings.name();
    }

    /** Where PostgreSQL listens, when it runs. */
    public Endpoint endpoint() {
        return settings.postgres();
    }

    PatroniApi api() {
        return api;
    }

    /** Starts Patroni, which starts the server. */
    public void start() {
        manager.start();
    }

    /** Kills every process of the server and Patroni at once, as when the machine dies. */
    public void kill() {
        // Patroni first: it would start the server again.
        manager.kill();
        for (long pid : pids()) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** Kills the server's main process alone; the others of the server end when they notice, Patroni lives. */
    public void killPostmaster() {
        postmaster().ifPresent(ProcessHandle::destroyForcibly);
    }

    /** Stops all processes of the server, and Patroni, in the middle of whatever they do. */
    public void pause() {
        pauseManager();
        // The parent first: afterwards it starts no more children.
        postmaster().ifPresent(process -> Signal.STOP.send(process.pid()));
        paused = pids();
        Signal.STOP.sendToLiving(paused);
    }

    /** Lets the server go on after {@link #pause()}; nobody looks after it yet. */
    public void resumeServer() {
        Signal.CONT.sendToLiving(paused);
        paused = List.of();
    }

    /** Stops Patroni alone: the server goes on, and nobody can tell it that it is not the primary any more. */
    public void pauseManager() {
        manager.pause();
    }

    /** Lets Patroni go on. */
    public void resumeManager() {
        manager.resume();
    }

    /** The server's processes; the main process is the first. */
    private List<Long> pids() {
        List<Long> pids = new ArrayList<>();
        postmaster().ifPresent(process -> {
            pids.add(process.pid());
            process.descendants().map(ProcessHandle::pid).forEach(pids::add);
        });
        return pids;
    }

    /** The server's main process, which belongs to nobody: it outlives the Patroni that has started it. */
    private Optional<ProcessHandle> postmaster() {
        Path file = settings.data().resolve("postmaster.pid");
        try {
            // Another process may have its number by now.
            return Files.readAllLines(file).stream()
                    .findFirst()
                    .map(line -> Long.parseLong(line.trim()))
                    .flatMap(ProcessHandle::of)
                    .filter(process -> process.info()
                            .command()
                            .map(command -> Path.of(command)
                                    .startsWith(settings.programs().postgres()))
                            .orElse(false));
        } catch (IOException | NumberFormatException e) {
            // It is written when a server starts and removed when it ends.
            return Optional.empty();
        }
    }

    /** Asks Patroni to end, which stops the server. */
    void beginStop() {
        resumeServer();
        if (manager.isAlive()) {
            manager.resume();
        }
        manager.beginStop();
    }

    /** Waits for the end; what is left then is killed. */
    void awaitStopped() {
        manager.awaitStopped();
        for (long pid : pids()) {
            ProcessHandle.of(pid).ifPresent(process -> {
                process.destroyForcibly();
                process.onExit().join();
            });
        }
    }
}
