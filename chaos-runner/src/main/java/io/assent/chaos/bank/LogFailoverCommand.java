package io.assent.chaos.bank;

import io.assent.chaos.checker.Report;
import io.assent.chaos.checker.Violation;
import io.assent.chaos.system.BankSystem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the commands that fail the decision log over have in common: how long nothing is decided is measured. */
abstract class LogFailoverCommand extends BankCommand {

    private @Nullable Outages outages;

    /** What takes the primary away. */
    abstract Breaker breaker(BankSystem system, Outages measured, long chosen);

    @Override
    final Breaker breaker(BankSystem system, OrderTrace links, long chosen) {
        Outages measured = new Outages(system.logDatabase());
        outages = measured;
        return breaker(system, measured, chosen);
    }

    @Override
    final List<Violation> found(Report report) {
        return outages == null ? List.of() : outages.violations();
    }

    /**
     * Rows of the report about how long nothing was decided.
     *
     * @param kind after this one only; null: after any
     */
    final List<String[]> outages(String title, @Nullable String kind) {
        return outages == null ? List.of() : outages.rows(title, kind);
    }
}
