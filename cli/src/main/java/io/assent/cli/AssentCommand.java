package io.assent.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "assent",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 110,
        description = "Looks at a coordinator of Assent and mends what a person has to mend.",
        subcommands = {
            StatusCommand.class,
            TransactionsCommand.class,
            InDoubtCommand.class,
            ResolveCommand.class,
            RetryCommand.class,
            DoctorCommand.class,
            GenerateCompletion.class
        },
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0   done, and nothing is wrong",
            "  1   status and doctor: something is wrong; it is shown",
            "  2   wrong options",
            "  3   the coordinator did not answer, or refused; the reason is shown",
            "",
            "Tab completion in bash and zsh: source <(assent generate-completion)"
        })
public final class AssentCommand implements Runnable {

    static final int WRONG = 1;
    static final int REFUSED = 3;

    @Option(
            names = "--coordinator",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            defaultValue = "${env:ASSENT_COORDINATOR:-http://127.0.0.1:7070}",
            description = "Where a coordinator is, without /v1; any instance will do. The environment variable"
                    + " ASSENT_COORDINATOR, else ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private URI coordinator;

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            defaultValue = "${env:ASSENT_KEY_FILE}",
            description =
                    "The file with the key or access token to send. The environment variable ASSENT_KEY_FILE, else"
                            + " what is in ASSENT_KEY, else none.")
    private @Nullable Path keyFile;

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "Print what the coordinator answers, for programs.")
    private boolean json;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            scope = ScopeType.INHERIT,
            defaultValue = "10",
            description = "How long an answer is waited for, 1 to 600; ${DEFAULT-VALUE}.")
    private int timeout;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** Ends the process with the exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new AssentCommand()).setExecutionExceptionHandler((e, command, result) -> {
            if (e instanceof CoordinatorException refused) {
                command.getErr().println(refused.getMessage());
                return REFUSED;
            }
            throw e;
        });
    }

    /** Without a subcommand there is nothing to do but to tell which there are. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    CoordinatorApi api() {
        if (timeout < 1 || timeout > 600) {
            throw new ParameterException(spec.commandLine(), "--timeout must be 1 to 600, not " + timeout);
        }
        if (coordinator.getScheme() == null || coordinator.getHost() == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--coordinator must be an address such as http://127.0.0.1:7070, not " + coordinator);
        }
        return new CoordinatorApi(coordinator, key(), Duration.ofSeconds(timeout));
    }

    private @Nullable String key() {
        String key = System.getenv("ASSENT_KEY");
        if (keyFile != null) {
            try {
                key = Files.readString(keyFile);
            } catch (IOException e) {
                throw new ParameterException(spec.commandLine(), "--key-file cannot be read: " + e, e);
            }
        }
        if (key == null || key.isBlank()) {
            return null;
        }
        String stripped = key.strip();
        if (!stripped.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new ParameterException(
                    spec.commandLine(), "What is in --key-file or ASSENT_KEY is no key: it has more than one word");
        }
        return stripped;
    }

    /** Whether answers are printed as they come. */
    boolean json() {
        return json;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
