package io.assent.chaos.bank;

import io.assent.chaos.checker.Report;
import io.assent.chaos.system.BankSystem;
import io.assent.chaos.system.EmbeddedPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./chaos failover}: the bank test while the decision log loses its primary. */
@Command(
        name = "failover",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Takes away the primary of a replicated decision log, in every way, while clients transfer money; the"
                    + " standby is promoted. Then checks every invariant.",
            "Ends with 0 if none was violated, 1 if one was, 2 for wrong options, 3 if it could not be carried out."
        })
public final class FailoverCommand extends LogFailoverCommand {

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "20",
            description = "How often the standby is promoted, 1 to 100000 (default: 20).")
    private long count;

    @Option(
            names = "--kinds",
            paramLabel = "KIND",
            split = ",",
            description = "What may happen, of ${COMPLETION-CANDIDATES} (default: all).")
    private List<LogFault> kinds = List.of(LogFault.values());

    @Override
    void check() {
        requireRange("--count", count, 1, 100_000);
        if (kinds.stream().noneMatch(LogFault::promotes)) {
            throw usage("--kinds: at least one must end with another primary");
        }
    }

    @Override
    BankSystem.Options system(BankSystem.Options options) {
        return options.withReplicatedLog(EmbeddedPair::start);
    }

    @Override
    Breaker breaker(BankSystem system, Outages measured, long chosen) {
        return new LogBreaker(system.replicatedLog(EmbeddedPair.class).postgres(), measured, kinds, count, chosen);
    }

    @Override
    String repeat() {
        return "--count " + count + " --kinds "
                + kinds.stream().map(LogFault::name).collect(Collectors.joining(","));
    }

    @Override
    List<String[]> rows(Report report) {
        List<String[]> rows = new ArrayList<>();
        for (LogFault kind : LogFault.values()) {
            rows.add(row(
                    (kind.promotes() ? "failovers, primary " : "")
                            + kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    number(report.faults().getOrDefault(kind.name(), 0L))));
        }
        rows.addAll(outages("loss of the primary to next decision", null));
        return rows;
    }
}
