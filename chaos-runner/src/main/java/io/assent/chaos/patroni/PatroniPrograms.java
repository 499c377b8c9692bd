package io.assent.chaos.patroni;

import java.io.IOException;
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
 * @param prefix what has to stand before a command, so that PostgreSQL does not refuse to run as root
 */
public record PatroniPrograms(Path patroni, Path etcd, Path postgres, List<String> prefix) {

    /** Where Debian puts the programs of each major version. */
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

    private static final String REMEDY =
            "Install what is missing, on Debian with: apt-get install -y patroni etcd-server postgresql";

    public PatroniPrograms {
        prefix = List.copyOf(prefix);
    }

    /**
     * Looks for them on the path, and for PostgreSQL where Debian puts it.
     *
     * @throws MissingProgramsException if one is missing
     */
    public static PatroniPrograms find() {
        List<String> missing = new ArrayList<>();
        Optional<Path> patroni = onPath("patroni");
        if (patroni.isEmpty()) {
            missing.add("patroni (package patroni)");
        }
        Optional<Path> etcd = onPath("etcd");
        if (etcd.isEmpty()) {
            missing.add("etcd (package etcd-server)");
        }
        Optional<Path> postgres = findPostgres();
        if (postgres.isEmpty()) {
            missing.add("PostgreSQL's server with pg_rewind in " + DEBIAN + "/*/bin (package postgresql)");
        }
        List<String> prefix = List.of();
        if (isRoot()) {
            // In a user namespace it is nobody, and still may read and write what belongs to root, such as our
            // directory.
            prefix = List.of("unshare", "-U", "setpriv", "--pdeathsig", "KILL");
            for (String program : List.of("unshare", "setpriv")) {
                if (onPath(program).isEmpty()) {
                    missing.add(program + " (package util-linux), since PostgreSQL refuses to run as root");
                }
            }
        }
        if (!missing.isEmpty()) {
            throw new MissingProgramsException("A cluster with Patroni cannot be started, for there is no "
                    + String.join(", no ", missing) + ".\n" + REMEDY);
        }
        return new PatroniPrograms(patroni.orElseThrow(), etcd.orElseThrow(), postgres.orElseThrow(), prefix);
    }

    /** Such a program with these arguments, as a user whom PostgreSQL accepts. */
    List<String> command(Path program, List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(program.toString());
        command.addAll(arguments);
        return command;
    }

    private static Optional<Path> onPath(String program) {
        return Pattern.compile(":")
                .splitAsStream(System.getenv().getOrDefault("PATH", ""))
                .filter(directory -> !directory.isBlank())
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The newest version that is there. */
    private static Optional<Path> findPostgres() {
        if (!Files.isDirectory(DEBIAN)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(DEBIAN)) {
            return versions.filter(version -> version.getFileName().toString().matches("\\d{2}"))
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
