package io.assent.chaos.patroni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: whoever lacks a package is told which. Method: directories with empty programs. */
class PatroniProgramsTests {

    private static final List<String> SERVER = List.of("postgres", "initdb", "pg_basebackup", "pg_rewind");

    @TempDir
    Path directory;

    @Test
    void what_is_missing_is_named_with_the_command_that_installs_it() throws IOException {
        program("bin/etcd");

        assertThatThrownBy(() -> PatroniPrograms.find(List.of(path("bin")), path("postgresql"), false))
                .isInstanceOf(MissingProgramsException.class)
                .hasMessageContaining("there is no patroni (package patroni), no PostgreSQL's server with pg_rewind in "
                        + path("postgresql") + "/*/bin (package postgresql).")
                .hasMessageContaining("apt-get install -y patroni etcd-server postgresql");
    }

    @Test
    void the_newest_complete_version_of_PostgreSQL_is_taken() throws IOException {
        program("bin/patroni");
        program("sbin/etcd");
        for (String version : List.of("13", "15", "16")) {
            for (String program : SERVER) {
                program("postgresql/" + version + "/bin/" + program);
            }
        }
        Files.delete(path("postgresql/16/bin/pg_rewind"));

        PatroniPrograms found = PatroniPrograms.find(List.of(path("bin"), path("sbin")), path("postgresql"), false);

        assertThat(found)
                .isEqualTo(new PatroniPrograms(
                        path("bin/patroni"), path("sbin/etcd"), path("postgresql/15/bin"), "etcd3", List.of()));
        assertThat(found.command(found.etcd(), List.of("--version")))
                .containsExactly(path("sbin/etcd").toString(), "--version");
    }

    @Test
    void root_runs_them_as_nobody() throws IOException {
        for (String program : List.of("bin/patroni", "bin/etcd", "bin/unshare", "bin/setpriv")) {
            program(program);
        }
        for (String program : SERVER) {
            program("postgresql/17/bin/" + program);
        }

        PatroniPrograms found = PatroniPrograms.find(List.of(path("bin")), path("postgresql"), true);

        assertThat(found.command(found.etcd(), List.of("--version")))
                .containsExactly(
                        "unshare",
                        "-U",
                        "setpriv",
                        "--pdeathsig",
                        "KILL",
                        path("bin/etcd").toString(),
                        "--version");
        Files.delete(path("bin/unshare"));
        assertThatThrownBy(() -> PatroniPrograms.find(List.of(path("bin")), path("postgresql"), true))
                .isInstanceOf(MissingProgramsException.class)
                .hasMessageContaining("no unshare (package util-linux), since PostgreSQL refuses to run as root");
    }

    @ParameterizedTest
    @CsvSource({
        "patroni 2.1.7, etcd",
        "patroni 3.0.2, etcd",
        "patroni 3.0.3, etcd3",
        "patroni 3.1.0, etcd3",
        "patroni 4.0.5, etcd3"
    })
    void a_Patroni_that_overwrites_the_leader_does_not_get_the_API_it_does_it_with(String version, String api) {
        assertThat(PatroniPrograms.etcdApi(version + "\n")).isEqualTo(api);
    }

    private Path path(String name) {
        return directory.resolve(name);
    }

    private void program(String name) throws IOException {
        Files.createDirectories(path(name).getParent());
        Files.createFile(
                path(name), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(path(name), "#!/bin/sh\necho patroni 4.0.5\n");
    }
}
