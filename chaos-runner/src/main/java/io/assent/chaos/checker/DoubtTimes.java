package io.assent.chaos.checker;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * How long branches were in doubt, in milliseconds.
 *
 * @param branches how many were seen in doubt at all
 * @param p50 from PREPARE to the end, faults included; 0 if there were none
 * @param worstAfterHealing the longest time after the later of last healing and deadline
 */
public record DoubtTimes(int branches, long p50, long p99, long worst, long p99AfterHealing, long worstAfterHealing) {

    static DoubtTimes of(History history) {
        List<Long> raw = new ArrayList<>();
        List<Long> after = new ArrayList<>();
        for (DoubtSpell spell : history.doubts()) {
            long end = end(spell, history);
            raw.add(end - spell.prepared());
            after.add(Math.max(0, end - excusedUntil(spell, history)));
        }
        return new DoubtTimes(
                raw.size(),
                quantile(raw, 0.5),
                quantile(raw, 0.99),
                quantile(raw, 1),
                quantile(after, 0.99),
                quantile(after, 1));
    }

    static long end(DoubtSpell spell, History history) {
        Long until = spell.until();
        return until == null ? history.run().ended() : until;
    }

    /** The latest of PREPARE, deadline and the last healing while it was in doubt. */
    static long excusedUntil(DoubtSpell spell, History history) {
        long end = end(spell, history);
        long healed = history.faults().stream()
                .filter(fault -> fault.from() <= end)
                .mapToLong(Fault::until)
                .max()
                .orElse(0);
        return Math.max(
                Math.max(spell.prepared(), healed), deadline(spell.ref()).orElse(0L));
    }

    /** A participant's refs end with the deadline: milliseconds since 1970 to the base of 36. */
    private static Optional<Long> deadline(String ref) {
        try {
            return Optional.of(Long.parseLong(ref.substring(ref.lastIndexOf(':') + 1), 36));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static long quantile(List<Long> values, double share) {
        if (values.isEmpty()) {
            return 0;
        }
        List<Long> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get((int) Math.max(0, Math.ceil(share * sorted.size()) - 1));
    }
}
