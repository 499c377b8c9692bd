package io.assent.chaos.points;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code messages}: loses, delays, doubles and spoils every message of the protocol. */
@Command(
        name = "messages",
        mixinStandardHelpOptions = true,
        description = {
            "Loses, delays, doubles, reorders, cuts, garbles and starves every message of the protocol between each pair of"
                    + " processes, one at a time, and checks what became of the transaction.",
            "Without options every kind of fault once."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:no violations", "1:violations, each with the command that repeats its case", "2:bad usage"})
public final class MessagesCommand implements Callable<Integer> {

    @Option(names = "--all", description = "Every fault of every message.")
    private boolean all;

    @Option(names = "--message", paramLabel = "NAME", description = "Only this message; may be repeated.")
    private List<String> messages = new ArrayList<>();

    @Option(names = "--fault", description = "Only this; may be repeated: ${COMPLETION-CANDIDATES}.")
    private List<FaultKind> faults = new ArrayList<>();

    @Option(names = "--list", description = "Print the messages and end.")
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
            FaultyMessage.all().forEach(message -> out.println(message.id() + "  " + message.pair()));
            return 0;
        }
        List<String> names = FaultyMessage.all().stream().map(FaultyMessage::id).toList();
        for (String message : messages) {
            if (!names.contains(message)) {
                throw new CommandLine.ParameterException(
                        commandLine, "There is no message " + message + "; see messages --list");
            }
        }
        boolean narrowed = !messages.isEmpty() || !faults.isEmpty();
        List<Case> cases = (all || narrowed ? MessageCases.all() : MessageCases.selection())
                .stream()
                        .filter(one -> messages.isEmpty()
                                || messages.contains(one.name().split(" ")[1]))
                        .filter(one -> faults.isEmpty()
                                || faults.contains(FaultKind.valueOf(one.name().split(" ")[2])))
                        .toList();
        if (cases.isEmpty()) {
            throw new CommandLine.ParameterException(commandLine, "This cannot happen to this message");
        }
        return CaseCommand.run(cases, state, "messages", out);
    }
}
