package io.assent.demo;

import io.assent.demo.process.ProcessFailedException;
import io.assent.demo.system.DemoException;
import io.assent.embeddedpostgres.EmbeddedPostgresException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Started by the script {@code ./demo}. */
public final class Main {

    private static final Logger log = LoggerFactory.getLogger(Main.class);
    private static final int NOT_STARTED = 3;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new DemoCommand()).setExecutionExceptionHandler((e, command, parsed) -> {
            log.error("The demo failed", e);
            boolean expected = e instanceof DemoException
                    || e instanceof ProcessFailedException
                    || e instanceof EmbeddedPostgresException;
            command.getErr().println();
            command.getErr().println(expected ? e.getMessage() : "The demo failed: " + e);
            return NOT_STARTED;
        });
    }

    private static boolean isShuttingDown() {
        Thread probe = new Thread(() -> {}, "probe");
        try {
            Runtime.getRuntime().addShutdownHook(probe);
            Runtime.getRuntime().removeShutdownHook(probe);
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }
}
