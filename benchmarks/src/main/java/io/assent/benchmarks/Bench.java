package io.assent.benchmarks;

import io.assent.benchmarks.checkout.CheckoutCommand;
import io.assent.benchmarks.flood.FloodCommand;
import io.assent.benchmarks.kinds.KindsCommand;
import io.assent.benchmarks.micro.MicroCommand;
import io.assent.benchmarks.scale.ScaleCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.Spec;

/** The command line behind {@code ./bench}; each report is a command of its own, and without one there are several. */
@Command(
        name = "./bench",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[REPORT]",
        description =
                "Measures what a global transaction costs. Without REPORT: checkout, kinds and micro, one after the other.",
        subcommands = {
            CheckoutCommand.class,
            FloodCommand.class,
            KindsCommand.class,
            MicroCommand.class,
            ScaleCommand.class
        },
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0   the report was made",
            "  1   the machine was too disturbed for figures that mean something",
            "  2   wrong options",
            "  3   the run could not be carried out, or a system has not done what it said",
            "Of several reports: the highest."
        })
public final class Bench implements Callable<Integer> {

    private static final Logger log = LoggerFactory.getLogger(Bench.class);
    private static final int NOT_CARRIED_OUT = 3;

    /** What runs if no report is named. The coordinator alone is one of the systems of checkout. */
    static final List<AllReports.Part> ALL = List.of(
            new AllReports.Part("checkout", List.of("--systems=assent,coordinator", "--clients=8")),
            new AllReports.Part("kinds", List.of("--kinds=early,early-collected", "--clients=8")),
            new AllReports.Part("micro", List.of("--seconds=1")));

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--quick",
            description =
                    "For a first look: each report with its --quick, and with less than all of its systems, kinds and"
                            + " clients. Ten minutes, where all of it takes an hour.")
    private boolean quick;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Writes the figures to this file, too: an object with a member for each report.")
    private @Nullable Path json;

    @Option(names = "--anyway", description = "Shows figures also if a run was disturbed, with a warning.")
    private boolean anyway;

    private final Path reports =
            Path.of(System.getProperty("assent.repository", ".")).resolve(".bench/reports");

    private Bench() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        CommandLine here = spec.commandLine();
        return new AllReports(() -> commandLine().setOut(here.getOut()).setErr(here.getErr()), ALL, reports)
                .run(quick, anyway, json);
    }

    static CommandLine commandLine() {
        CommandLine command = new CommandLine(new Bench());
        command.setExecutionExceptionHandler((e, failed, parsed) -> {
            log.error("{} could not be carried out", failed.getCommandName(), e);
            failed.getErr().println("The run could not be carried out: " + e.getMessage());
            return NOT_CARRIED_OUT;
        });
        IExecutionStrategy last = new RunLast();
        command.setExecutionStrategy(parsed -> {
            refuseMisplaced(parsed);
            return last.execute(parsed);
        });
        return command;
    }

    /** An option before the name of a report would have no effect. */
    private static void refuseMisplaced(ParseResult parsed) {
        if (parsed.hasSubcommand()) {
            parsed.matchedOptions().stream()
                    .filter(option -> !option.usageHelp() && !option.versionHelp())
                    .findFirst()
                    .ifPresent(option -> {
                        throw new ParameterException(
                                parsed.commandSpec().commandLine(),
                                option.longestName() + " belongs after the name of the report");
                    });
        }
    }
}
