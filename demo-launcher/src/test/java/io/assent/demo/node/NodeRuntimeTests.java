package io.assent.demo.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: the Node participant is tested on machines without Node.js, too. Method: an empty search path. */
class NodeRuntimeTests {

    private static final Path EXAMPLE = Path.of("../examples/node-participant");

    @TempDir
    private Path directory;

    @Test
    void withoutNodeAndNpmOnThePathBothAreFetchedAndInstallFromTheLockFile() throws Exception {
        Path cache = Path.of("target/node-fetched").toAbsolutePath();
        for (String file : new String[] {"package.json", "package-lock.json"}) {
            Files.copy(EXAMPLE.resolve(file), directory.resolve(file));
        }

        NodeRuntime runtime = NodeRuntime.find(cache, "");
        runtime.installDependencies(directory);

        assertThat(runtime.node()).isExecutable().isEqualTo(cache.resolve("node"));
        assertThat(directory.resolve("node_modules/pg/package.json")).exists();
    }

    @Test
    void theLockFileNamesNoRegistry() throws Exception {
        String lock = Files.readString(EXAMPLE.resolve("package-lock.json"), StandardCharsets.UTF_8);

        assertThat(lock).contains("\"integrity\": \"sha512-").doesNotContain("\"resolved\"", "http://");
    }
}
