package io.assent.embeddedpostgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
            if (exists && !isPostgres(pid) && !backendRuns(data)) {
                Files.deleteIfExists(data.resolve(FILE));
            }
        } catch (NumberFormatException e) {
            // Not a pid file that we understand: PostgreSQL decides.
        }
    }

    boolean isAlive() {
        return isPostgres(pid);
    }

    /** Every process of a server has the data directory as its working directory. */
    private static boolean backendRuns(Path data) throws IOException {
        Path proc = Path.of("/proc");
        if (!Files.isDirectory(proc)) {
            return false;
        }
        Path real = data.toRealPath();
        try (Stream<ProcessHandle> processes = ProcessHandle.allProcesses()) {
            return processes.anyMatch(process -> {
                try {
                    Path link = proc.resolve(process.pid() + "/cwd");
                    return Files.readSymbolicLink(link).equals(real);
                } catch (IOException e) {
                    return false; // ended meanwhile, or another user's
                }
            });
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
