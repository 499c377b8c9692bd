package io.assent.benchmarks.checkout;

import java.io.File;
import java.nio.file.Path;

/** Where the modules of the profile {@code peers} have their jars. */
record Peers(Path repository) {

    /**
     * The class path of its libraries.
     *
     * @throws IllegalStateException if the module is not built; the message says how to do that
     */
    String libraries(String module) {
        Path libraries = directory(module).resolve("lib");
        if (!libraries.toFile().isDirectory()) {
            throw new IllegalStateException(libraries + " is missing. ./bench builds it if the systems are named with"
                    + " --systems; else run ./mvnw -Ppeers -DskipTests package.");
        }
        return libraries + "/*";
    }

    /** The class path of its jar and its libraries. */
    String application(String module) {
        return directory(module).resolve(module + ".jar") + File.pathSeparator + libraries(module);
    }

    private Path directory(String module) {
        return repository.resolve("benchmarks/peers").resolve(module).resolve("target");
    }
}
