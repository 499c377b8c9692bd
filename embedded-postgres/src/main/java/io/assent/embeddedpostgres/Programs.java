package io.assent.embeddedpostgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs {@code initdb} and {@code pg_ctl}. PostgreSQL refuses to run as root and as a user that has no name (as containers
 * may have): for them it runs in a user namespace, where it is nobody.
 */
final class Programs {

    private final Binaries binaries;
    private final boolean asRoot;
    private final boolean nameless;

    Programs(Binaries binaries) {
        this.binaries = binaries;
        this.asRoot = binaries.platform().runsAsRoot();
        // What the JVM calls a user whom the system does not know.
        this.nameless = "?".equals(System.getProperty("user.name"));
    }

    record Result(int exitCode, String output) {}

    boolean asRoot() {
        return asRoot;
    }

    /** Throws when PostgreSQL refuses this user and cannot be started as somebody else. */
    void checkUser() throws IOException {
        if (!asRoot && !nameless) {
            return;
        }
        String refusal = asRoot
                ? "PostgreSQL refuses to run as root"
                : "PostgreSQL refuses to run as a user who is not in /etc/passwd";
        String remedy = " Run it as an ordinary user, or start a PostgreSQL of your own and give its address"
                + " (spring.datasource.url).";
        if (binaries.platform().os() != Platform.OperatingSystem.LINUX) {
            throw new EmbeddedPostgresException(refusal + "." + remedy);
        }
        Result result;
        try {
            result = execute(List.of("unshare", "-U", "true"), Path.of("/"), Duration.ofSeconds(10));
        } catch (IOException e) {
            throw new EmbeddedPostgresException(
                    refusal + ", and the program 'unshare' (package util-linux), which would start"
                            + " it without root's rights, is missing: install it." + remedy,
                    e);
        }
        if (result.exitCode() != 0) {
            throw new EmbeddedPostgresException(refusal + ", and this system does not allow a user"
                    + " namespace, in which it would run without root's rights ('unshare -U': "
                    + result.output().trim() + ")." + remedy);
        }
    }

    Result run(Path workingDirectory, Duration timeout, String program, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (asRoot || nameless) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(binaries.program(program).toString());
        command.addAll(arguments);
        return execute(command, workingDirectory, timeout);
    }

    private static Result execute(List<String> command, Path workingDirectory, Duration timeout) throws IOException {
        // A file, not a pipe: the server inherits it from pg_ctl, and a pipe would stay open as long as the server
        // runs.
        Path output = Files.createTempFile("assent-postgres", ".out");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(workingDirectory.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(nullDevice()))
                    .redirectOutput(output.toFile());
            // PGPORT, PGDATA and the like are meant for somebody's other server.
            builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new EmbeddedPostgresException(String.join(" ", command) + " did not end within "
                        + timeout.toSeconds() + " s and was killed. Its output:\n" + read(output));
            }
            return new Result(process.exitValue(), read(output));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedPostgresException("Interrupted while waiting for " + command.get(command.size() - 1), e);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private static java.io.File nullDevice() {
        return new java.io.File(System.getProperty("os.name", "").startsWith("Windows") ? "NUL" : "/dev/null");
    }
}
