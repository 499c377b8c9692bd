package io.assent.coordinator.reconciliation;

import io.assent.coordinator.engine.ParticipantBranches.Listed;
import io.assent.coordinator.engine.ParticipantBranches.Page;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What several participants show, put together by transaction. Each shows a part that ends somewhere; only up to the first of
 * these ends everything is known, and there the page ends too. So no more is held at once than one part of each.
 *
 * @param transactions in their order
 * @param next after which the next page begins; null: this is the last one
 */
record SeenPage(
        NavigableMap<TransactionId, List<SeenBranch>> transactions,
        @Nullable TransactionId next) {

    static SeenPage of(Map<ParticipantName, Page> parts, int limit) {
        NavigableMap<TransactionId, List<SeenBranch>> all = new TreeMap<>();
        parts.forEach((participant, part) -> part.branches()
                .forEach(listed -> all.computeIfAbsent(listed.transaction(), id -> new ArrayList<>())
                        .add(new SeenBranch(
                                participant,
                                part.url(),
                                listed.branch(),
                                listed.ref(),
                                listed.state(),
                                listed.since()))));
        TransactionId end = parts.values().stream()
                .filter(Page::more)
                .map(part -> last(part.branches()))
                .min(TransactionId::compareTo)
                .orElse(null);
        NavigableMap<TransactionId, List<SeenBranch>> known = end == null ? all : all.headMap(end, true);
        if (known.size() > limit) {
            end = known.navigableKeySet().stream().skip(limit - 1L).findFirst().orElseThrow();
            known = known.headMap(end, true);
        }
        return new SeenPage(Collections.unmodifiableNavigableMap(known), end);
    }

    private static TransactionId last(List<Listed> branches) {
        return branches.get(branches.size() - 1).transaction();
    }
}
