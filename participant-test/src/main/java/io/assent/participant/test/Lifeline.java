package io.assent.participant.test;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * The main class of the coordinator's process. Its standard input is held open by the test JVM: when it ends, that JVM has
 * ended, however it did, and this process ends too and takes the PostgreSQL of the tests along. Knows nothing but the JDK,
 * since its class path is the coordinator's.
 */
public final class Lifeline {

    private static final String LAUNCHER = "org.springframework.boot.loader.launch.JarLauncher";

    private Lifeline() {}

    /** @param arguments PostgreSQL's process id, then the coordinator's arguments */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        // Looked up now: later another process may have the number.
        Optional<ProcessHandle> postgres = ProcessHandle.of(Long.parseLong(arguments[0]));
        Thread watch = new Thread(
                () -> {
                    awaitEnd(System.in);
                    postgres.ifPresent(ProcessHandle::destroyForcibly);
                    Runtime.getRuntime().halt(0);
                },
                "lifeline");
        watch.setDaemon(true);
        watch.start();
        Class.forName(LAUNCHER).getMethod("main", String[].class).invoke(null, (Object)
                Arrays.copyOfRange(arguments, 1, arguments.length));
    }

    private static void awaitEnd(InputStream input) {
        try {
            while (input.read() >= 0) {
                // Nothing is ever said.
            }
        } catch (IOException e) {
            // Broken is as good as ended.
        }
    }
}
