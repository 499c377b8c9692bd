package io.assent.embeddedpostgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** What a running server says about itself in {@code postmaster.pid}. */
record Postmaster(long pid, int port) {

    private static final String FILE = "postmaster.pid";

    /** The running server of a data directory; empty when there is none or the file is a dead one's. */
    static Optional<Postmaster> of(Path data) throws IOException {
        List<String> lines = read(data);
        // pid, data directory, start time, port, …: written in steps while the server starts.
        if (lines.size() < 4) {
            return Optional.empty();
        }
        try {
            long pid = Long.parseLong(lines.get(0).trim());
            int port = Integer.parseInt(lines.get(3).trim());
            return isPostgres(pid) ? Optional.of(new Postmaster(pid, port)) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * Removes the file of a server that is gone when its pid lives on as another program or as a zombie: PostgreSQL would
     * take that for the server and refuse to start. Not while a backend of the dead server still runs: then the file is
     * what keeps a second server away from the data.
     */
    static void removeStaleFile(Path data) throws IOException {
        List<String> lines = read(data);
        if (lines.isEmpty()) {
            return;
        }
        try {
            long pid = Long.parseLong(lines.get(0).trim());
            boolean exists = ProcessHandle.of(pid).isPresent();
            if (exists && !isPostgres(pid) && inDirectory(data).isEmpty()) {
                Files.deleteIfExists(data.resolve(FILE));
            }
        } catch (NumberFormatException e) {
            // Not a pid file that we understand: PostgreSQL decides.
        }
    }

    /** The main process of a data directory's server, if it is there, and then all others of the server. */
    static Set<Long> processes(Path data) throws IOException {
        Set<Long> processes = new LinkedHashSet<>();
        of(data).flatMap(server -> ProcessHandle.of(server.pid())).ifPresent(main -> {
            processes.add(main.pid());
            main.descendants().forEach(process -> processes.add(process.pid()));
        });
        // Also those that a killed main process has left behind.
        processes.addAll(inDirectory(data));
        return processes;
    }

    /** Kills the main process, and returns when the others have followed it, or after {@code timeout}. */
    static void killMain(long pid, Path data, Duration timeout) throws IOException {
        Set<Long> processes = processes(data);
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        awaitEnd(processes, timeout);
    }

    /** Kills every process of the server, and returns when none is left, or after {@code timeout}. */
    static void killAll(Path data, Duration timeout) throws IOException {
        Set<Long> processes = processes(data);
        processes.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        awaitEnd(processes, timeout);
    }

    void awaitEnd(Duration timeout) {
        awaitEnd(Set.of(pid), timeout);
    }

    /** A zombie that nobody collects never "exits"; it is gone all the same. */
    private static void awaitEnd(Set<Long> processes, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (processes.stream().anyMatch(Postmaster::isPostgres) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    boolean isAlive() {
        return isPostgres(pid);
    }

    /** Every process of a server has the data directory as its working directory. */
    private static List<Long> inDirectory(Path data) throws IOException {
        Path proc = Path.of("/proc");
        if (!Files.isDirectory(proc) || !Files.isDirectory(data)) {
            return List.of();
        }
        Path real = data.toRealPath();
        try (Stream<ProcessHandle> processes = ProcessHandle.allProcesses()) {
            return processes
                    .map(ProcessHandle::pid)
                    .filter(pid -> {
                        try {
                            return Files.readSymbolicLink(proc.resolve(pid + "/cwd"))
                                    .equals(real);
                        } catch (IOException e) {
                            return false; // ended meanwhile, or another user's
                        }
                    })
                    .toList();
        }
    }

    private static List<String> read(Path data) throws IOException {
        try {
            return Files.readAllLines(data.resolve(FILE));
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private static boolean isPostgres(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> !isZombie(process.pid()))
                .map(process ->
                        process.info().command().map(Postmaster::isPostgres).orElse(true))
                .orElse(false);
    }

    private static boolean isPostgres(String command) {
        Path name = Path.of(command).getFileName();
        return name != null && name.toString().startsWith("postgres");
    }

    /** Dead, but kept by a parent that does not collect it: common for process 1 of a container. */
    private static boolean isZombie(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.startsWith(" Z", stat.lastIndexOf(')') + 1);
        } catch (IOException e) {
            return false;
        }
    }
}
