package io.assent.demo.system;

import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The message broker, a plain jar beside its libraries.
 *
 * @param target where the build has put it
 */
record BrokerProgram(Path target) {

    /** @throws DemoException if it is not built */
    static BrokerProgram in(Path repository) {
        Path target = repository.resolve("demo-broker/target");
        if (!Files.isRegularFile(target.resolve("demo-broker.jar"))) {
            throw new DemoException(
                    target.resolve("demo-broker.jar") + " is missing: build it with ./mvnw -DskipTests package");
        }
        return new BrokerProgram(target);
    }

    /**
     * The command that starts it.
     *
     * @param directory where it keeps its journal
     */
    List<String> command(Path directory, int port) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-Dfile.encoding=UTF-8",
                "-Djava.awt.headless=true",
                "-Dlogback.configurationFile=broker-logback.xml",
                "-cp",
                target.resolve("demo-broker.jar")
                        + File.pathSeparator
                        + target.resolve("lib").resolve("*"),
                "io.assent.demo.broker.Broker",
                directory.toString(),
                Integer.toString(port));
    }

    static URI address(int port) {
        return URI.create("tcp://127.0.0.1:" + port);
    }
}
