package io.assent.chaos.bank;

import io.assent.chaos.checker.Fault;
import io.assent.chaos.checker.Invariant;
import io.assent.chaos.checker.Report;
import io.assent.chaos.checker.Told;
import io.assent.chaos.checker.Violation;
import io.assent.chaos.system.BankSystem;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./chaos rolling}: an upgrade of the coordinators under load, which nobody may notice. */
@Command(
        name = "rolling",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Restarts three coordinators one after the other, in good order, while clients transfer money. Nothing may"
                    + " fail, and nobody may be left in the dark.",
            "Ends with 0 if so, 1 if not, 2 for wrong options, 3 if it could not be carried out."
        })
public final class RollingCommand extends BankCommand {

    private static final int COORDINATORS = 3;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often each coordinator is restarted, 1 to 10000 (default: 5).")
    private long rounds;

    @Override
    void check() {
        requireRange("--rounds", rounds, 1, 10_000);
    }

    @Override
    BankSystem.Options system(BankSystem.Options options) {
        return options.withCoordinators(COORDINATORS);
    }

    @Override
    Breaker breaker(BankSystem system, OrderTrace links, long chosen) {
        return new RollingRestart(system.coordinators(), rounds);
    }

    @Override
    String repeat() {
        return "--rounds " + rounds;
    }

    @Override
    List<Violation> found(Report report) {
        return leftInTheDark(report);
    }

    /** The checker sees to it that nothing fails; this one that nothing is unknown. */
    static List<Violation> leftInTheDark(Report report) {
        long unknown = report.answers().getOrDefault(Told.UNKNOWN, 0L);
        return unknown == 0
                ? List.of()
                : List.of(new Violation(
                        Invariant.I4,
                        "all transfers",
                        unknown + " answers were \"unknown\" although nothing was broken"));
    }

    @Override
    List<String[]> rows(Report report) {
        return List.<String[]>of(
                row("coordinators restarted", number(report.faults().getOrDefault(Fault.RESTART, 0L))));
    }
}
