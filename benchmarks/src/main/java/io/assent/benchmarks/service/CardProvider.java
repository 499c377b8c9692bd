package io.assent.benchmarks.service;

import io.assent.participant.TryConfirmCancel;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** A reservation at a provider that has nothing to do: what remains is what reserving itself costs. */
@Component
@ConditionalOnProperty("bench.reservations")
class CardProvider implements FurtherResource {

    @Override
    @TryConfirmCancel(confirm = "capture", cancel = "voidAuthorisation")
    public void write(Payment payment) {}

    void capture(Payment payment) {}

    void voidAuthorisation(Payment payment) {}
}
