package io.assent.chaos.bank;

import io.assent.chaos.checker.Effect;
import java.util.List;

/**
 * What a client does next.
 *
 * @param id names the transfer; of no meaning for {@link Kind#READ}
 * @param bank who is asked to carry it out, or to show its sums; of no meaning where the client leads
 * @param legs one branch each
 */
record Plan(String id, Kind kind, String bank, List<Leg> legs) {

    enum Kind {
        /** A bank carries the transfer out. */
        TRANSFER,
        /** The client leads a transaction of its own. */
        ENLISTED,
        /** The same, and the client goes away before it has asked for the commit. */
        ABANDONED,
        /** A bank's sums. */
        READ
    }

    /** @param refuse the bank is to refuse after having booked */
    record Leg(String bank, List<Entry> entries, boolean refuse) {}

    record Entry(String account, long amount) {}

    Plan {
        legs = List.copyOf(legs);
    }

    List<Effect> effects() {
        return legs.stream()
                .flatMap(leg ->
                        leg.entries().stream().map(entry -> new Effect(leg.bank(), entry.account(), entry.amount())))
                .toList();
    }

    boolean poisoned() {
        return legs.stream().anyMatch(Leg::refuse);
    }
}
