package io.assent.chaos.patroni;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What has to be installed.
 *
 * @param patroni the program {@code patroni}
 * @param etcd the program {@code etcd}
 * @param postgres the directory with {@code postgres}, {@code initdb}, {@code pg_rewind} and the like
 * @param etcdApi what Patroni calls the version of etcd's API that it can be trusted with
 * @param prefix what has to stand before a command, so that PostgreSQL does not refuse to run as root
 */
public record PatroniPrograms(Path patroni, Path etcd, Path postgres, String etcdApi, List<String> prefix) {

    /** Where Debian puts the programs of each major version. */
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

    private static final String REMEDY =
            "Install what is missing, on Debian with: apt-get install -y patroni etcd-server postgresql";

    /**
     * With etcd's API 3, a Patroni before 3.0.3 writes the leader's key without a look at who has it. A leader that was
     * paused takes it back, and what was confirmed meanwhile is rewound everywhere
     * (<a href="https://github.com/patroni/patroni/pull/2689">2689</a>). Debian 12 has 3.0.2.
     */
    private static final Pattern OVERWRITES_LEADER = Pattern.compile("patroni (?:[012]\\..*|3\\.0\\.[012])");

    public PatroniPrograms {
        prefix = List.copyOf(prefix);
    }

    /**
     * Looks for them on the path, and for PostgreSQL where Debian puts it.
     *
     * @throws MissingProgramsException if one is missing
     */
    public static PatroniPrograms find() {
        List<Path> path = Pattern.compile(":")
                .splitAsStream(System.getenv().getOrDefault("PATH", ""))
                .filter(directory -> !directory.isBlank())
                .map(Path::of)
                .toList();
        return find(path, DEBIAN, isRoot());
    }

    /** @param version as {@code patroni --version} says it */
    static String etcdApi(String version) {
        return OVERWRITES_LEADER.matcher(version.trim()).matches() ? "etcd" : "etcd3";
    }

    private static String version(Path patroni) {
        try {
            Process process = new ProcessBuilder(patroni.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new MissingProgramsException(patroni + " does not work: " + said.trim() + "\n" + REMEDY);
            }
            return said;
        } catch (IOException e) {
            throw new MissingProgramsException(patroni + " cannot be run: " + e.getMessage() + "\n" + REMEDY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MissingProgramsException("Interrupted while " + patroni + " was asked for its version");
        }
    }

    /** @param versions a directory for each major version of PostgreSQL is in it */
    static PatroniPrograms find(List<Path> path, Path versions, boolean root) {
        List<String> missing = new ArrayList<>();
        Optional<Path> patroni = on(path, "patroni");
        if (patroni.isEmpty()) {
            missing.add("patroni (package patroni)");
        }
        Optional<Path> etcd = on(path, "etcd");
        if (etcd.isEmpty()) {
            missing.add("etcd (package etcd-server)");
        }
        Optional<Path> postgres = newest(versions);
        if (postgres.isEmpty()) {
            missing.add("PostgreSQL's server with pg_rewind in " + versions + "/*/bin (package postgresql)");
        }
        List<String> prefix = List.of();
        if (root) {
            // In a user namespace it is nobody, and still may read and write what belongs to root, such as our
            // directory.
            prefix = List.of("unshare", "-U", "setpriv", "--pdeathsig", "KILL");
            for (String program : List.of("unshare", "setpriv")) {
                if (on(path, program).isEmpty()) {
                    missing.add(program + " (package util-linux), since PostgreSQL refuses to run as root");
                }
            }
        }
        if (!missing.isEmpty()) {
            throw new MissingProgramsException("A cluster with Patroni cannot be started, for there is no "
                    + String.join(", no ", missing) + ".\n" + REMEDY);
        }
        return new PatroniPrograms(
                patroni.orElseThrow(),
                etcd.orElseThrow(),
                postgres.orElseThrow(),
                etcdApi(version(patroni.orElseThrow())),
                prefix);
    }

    /** Such a program with these arguments, as a user whom PostgreSQL accepts. */
    List<String> command(Path program, List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(program.toString());
        command.addAll(arguments);
        return command;
    }

    private static Optional<Path> on(List<Path> path, String program) {
        return path.stream()
                .map(directory -> directory.resolve(program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Optional<Path> newest(Path versions) {
        if (!Files.isDirectory(versions)) {
            return Optional.empty();
        }
        try (Stream<Path> all = Files.list(versions)) {
            return all.filter(version -> version.getFileName().toString().matches("\\d{2}"))
                    .map(version -> version.resolve("bin"))
                    .filter(bin -> Stream.of("postgres", "initdb", "pg_basebackup", "pg_rewind")
                            .map(bin::resolve)
                            .allMatch(Files::isExecutable))
                    .max(Comparator.naturalOrder());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
            return "root".equals(System.getProperty("user.name"));
        }
    }
}
