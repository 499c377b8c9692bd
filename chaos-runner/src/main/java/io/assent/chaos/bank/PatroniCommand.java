package io.assent.chaos.bank;

import io.assent.chaos.checker.Report;
import io.assent.chaos.patroni.PatroniCluster;
import io.assent.chaos.patroni.PatroniPrograms;
import io.assent.chaos.system.BankSystem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./chaos patroni}: the bank test while Patroni fails the decision log over. */
@Command(
        name = "patroni",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "As failover, but the decision log is three servers under Patroni in strict synchronous mode: it is Patroni"
                    + " that finds the next primary and brings the old one back. Needs the Debian packages patroni,"
                    + " etcd-server and postgresql.",
            "Ends with 0 if no invariant was violated, 1 if one was, 2 for wrong options or if packages are missing, 3 if"
                    + " it could not be carried out."
        })
public final class PatroniCommand extends LogFailoverCommand {

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "20",
            description = "How often the primary is taken away, 1 to 100000 (default: 20).")
    private long count;

    @Option(
            names = "--kinds",
            paramLabel = "KIND",
            split = ",",
            description = "What happens by turns, of ${COMPLETION-CANDIDATES} (default: all).")
    private List<PatroniFault> kinds = List.of(PatroniFault.values());

    @Override
    void check() {
        requireRange("--count", count, 1, 100_000);
        PatroniPrograms.find();
    }

    @Override
    BankSystem.Options system(BankSystem.Options options) {
        return options.withReplicatedLog(PatroniCluster::start);
    }

    @Override
    Breaker breaker(BankSystem system, Outages measured, long chosen) {
        return new PatroniBreaker(system.replicatedLog(PatroniCluster.class), measured, kinds, count, chosen);
    }

    @Override
    String repeat() {
        return "--count " + count + " --kinds "
                + kinds.stream().map(PatroniFault::name).collect(Collectors.joining(","));
    }

    @Override
    List<String[]> rows(Report report) {
        List<String[]> rows = new ArrayList<>();
        for (PatroniFault kind : kinds) {
            String name = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            rows.add(row("failovers, " + name, number(report.faults().getOrDefault(kind.name(), 0L))));
            rows.addAll(outages("without a decision, " + name, kind.name()));
        }
        rows.addAll(outages("without a decision, all", null));
        return rows;
    }
}
