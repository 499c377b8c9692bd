package io.assent.participant.test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

/** A context is used by many tests: none inherits another's failures or its time. */
final class ResetListener implements TestExecutionListener {

    @Override
    public void beforeTestMethod(TestContext test) {
        reset(test);
    }

    @Override
    public void afterTestMethod(TestContext test) {
        reset(test);
    }

    private static void reset(TestContext test) {
        if (!test.hasApplicationContext()) {
            return;
        }
        ApplicationContext context = test.getApplicationContext();
        ObjectProvider<AssentFaults> faults = context.getBeanProvider(AssentFaults.class);
        faults.ifAvailable(AssentFaults::reset);
        context.getBeanProvider(AssentClock.class).ifAvailable(AssentClock::reset);
        context.getBeanProvider(AssentTransactions.class).ifAvailable(AssentTransactions::reset);
    }
}
