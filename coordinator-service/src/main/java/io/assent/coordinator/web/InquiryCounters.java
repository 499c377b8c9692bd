package io.assent.coordinator.web;

import io.assent.coordinator.engine.Coordinator.Inquired;
import io.assent.protocol.InquiryAnswer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts what participants were told about their branches in doubt. Thread-safe. */
final class InquiryCounters {

    private final Map<InquiryAnswer, Counter> counters = new EnumMap<>(InquiryAnswer.class);

    InquiryCounters(MeterRegistry registry) {
        for (InquiryAnswer answer : InquiryAnswer.values()) {
            counters.put(
                    answer,
                    Counter.builder("assent.inquiries")
                            .description("Branches in doubt that participants asked about")
                            .tag("answer", answer.name())
                            .register(registry));
        }
    }

    void count(List<Inquired> answered) {
        for (Inquired one : answered) {
            Counter counter = counters.get(one.answer());
            if (counter != null) {
                counter.increment();
            }
        }
    }
}
