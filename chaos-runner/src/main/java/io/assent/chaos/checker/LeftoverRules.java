package io.assent.chaos.checker;

import static io.assent.chaos.checker.Invariant.I12;

import io.assent.chaos.checker.Resources.When;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Nothing is left: no prepared transaction, no money held back, no connection in use, no thread. */
final class LeftoverRules implements Rule {

    @Override
    public void check(Evidence evidence, Findings findings) {
        for (Books bank : evidence.banks()) {
            bank.prepared().forEach(ref -> findings.add(I12, ref, "is still prepared at " + bank.bank()));
            bank.held()
                    .forEach((account, amount) ->
                            findings.add(I12, bank.bank() + " " + account, "has " + amount + " that are still held"));
        }
        Map<String, Resources> before = new HashMap<>();
        for (Resources resources : evidence.history().resources()) {
            if (resources.when() == When.BEFORE) {
                before.put(resources.process(), resources);
            }
        }
        for (Resources after : evidence.history().resources()) {
            if (after.when() == When.AFTER) {
                check(evidence, findings, before.get(after.process()), after);
            }
        }
    }

    private static void check(Evidence evidence, Findings findings, @Nullable Resources before, Resources after) {
        if (after.connectionsInUse() > 0) {
            findings.add(I12, after.process(), "still uses connections: " + after);
        }
        int allowance = evidence.history().run().threadAllowance();
        if (before != null && after.threads() > before.threads() + allowance) {
            findings.add(I12, after.process(), "has threads left: " + after + ", before " + before);
        }
    }
}
