package io.assent.chaos.points;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code points}: kills and pauses real processes at every crash point. */
@Command(
        name = "points",
        mixinStandardHelpOptions = true,
        description = {
            "Kills (SIGKILL) and pauses (SIGSTOP, SIGCONT) coordinators, participants and initiators at every crash point,"
                    + " in real processes, and checks what became of the transaction.",
            "Without options every point once."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:no violations", "1:violations, each with the command that repeats its case", "2:bad usage"})
public final class PointsCommand implements Callable<Integer> {

    @Option(names = "--all", description = "Every point with all votes, 1, 2 and 5 branches, killed and paused.")
    private boolean all;

    @Option(names = "--point", paramLabel = "NAME", description = "Only this point, with everything; may be repeated.")
    private List<String> points = new ArrayList<>();

    @Option(names = "--votes", description = "Of these only: ${COMPLETION-CANDIDATES}.")
    private @Nullable Votes votes;

    @Option(names = "--branches", description = "Of these only: 1, 2 or 5.")
    private @Nullable Integer branches;

    @Option(names = "--kind", description = "Of these only: ${COMPLETION-CANDIDATES}.")
    private Crash.@Nullable Kind kind;

    @Option(
            names = "--times",
            paramLabel = "N",
            defaultValue = "1",
            description = "Run the cases so often, 1 to 10000 (default: 1).")
    private int times;

    @Option(names = "--list", description = "Print the points and end.")
    private boolean list;

    @Option(
            names = "--state",
            paramLabel = "DIRECTORY",
            description = "Where data and logs go, new or empty; default: a directory of its own in .chaos.")
    private @Nullable Path state;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
        PrintWriter out = commandLine.getOut();
        if (list) {
            CrashPoint.all()
                    .forEach(point ->
                            out.println(point.name() + "  " + point.shapes().size() * 2 + " cases"));
            return 0;
        }
        List<Case> cases = cases(commandLine);
        if (times < 1 || times > 10_000) {
            throw new CommandLine.ParameterException(commandLine, "--times must be 1 to 10000");
        }
        cases = Collections.nCopies(times, cases).stream().flatMap(List::stream).toList();
        return CaseCommand.run(cases, state, "points", out);
    }

    private List<Case> cases(CommandLine commandLine) {
        List<String> names = CrashPoint.all().stream().map(CrashPoint::name).toList();
        for (String point : points) {
            if (!names.contains(point)) {
                throw new CommandLine.ParameterException(
                        commandLine, "There is no point " + point + "; see points --list");
            }
        }
        boolean narrowed = !points.isEmpty() || votes != null || branches != null || kind != null;
        List<Case> cases = (all || narrowed ? PointCases.all() : PointCases.eachPointOnce())
                .stream()
                        .filter(one ->
                                points.isEmpty() || points.contains(one.name().split(" ", 2)[0]))
                        .filter(one -> votes == null || one.shape().votes() == votes)
                        .filter(one -> branches == null || one.shape().branches() == branches)
                        .filter(one -> kind == null || one.name().endsWith(" " + kind))
                        .toList();
        if (cases.isEmpty()) {
            throw new CommandLine.ParameterException(
                    commandLine, "The point does not exist in such a transaction; see points --list");
        }
        return cases;
    }
}
