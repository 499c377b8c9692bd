package io.assent.benchmarks.kinds;

import io.assent.benchmarks.load.Flow;
import io.assent.benchmarks.system.BenchSystem;

/** A reservation in the branch, at a provider that answers at once. */
final class TryConfirmCancel implements Kind {

    @Override
    public String name() {
        return "tcc";
    }

    @Override
    public String description() {
        return "like early, with a reservation that is confirmed after the decision; its provider costs nothing";
    }

    @Override
    public Subject open(BenchSystem system) {
        return PaymentServices.withReservation(system, Flow.BEGUN);
    }
}
