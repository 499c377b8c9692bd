package io.assent.participant.protocol;

import io.assent.protocol.BranchId;
import io.assent.protocol.TransactionId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A page of what is in doubt and what has ended, in the order of transaction and branch. All branches of a transaction are on
 * one page.
 *
 * @param branches at most as many as were asked for, and the rest of the last one's transaction
 * @param more whether another page may follow
 */
public record BranchPage(List<ListedBranch> branches, boolean more) {

    private static final Comparator<ListedBranch> ORDER = Comparator.comparing(ListedBranch::transaction)
            .thenComparing(listed -> listed.branch().value());

    /**
     * What was read of one kind, in the order of transactions, none of them in part.
     *
     * @param truncated whether there are more
     */
    public record Source(List<ListedBranch> branches, boolean truncated) {

        private @Nullable TransactionId knownUntil() {
            return branches.isEmpty() ? null : branches.get(branches.size() - 1).transaction();
        }
    }

    private record Key(TransactionId transaction, BranchId branch) {

        private static Key of(ListedBranch listed) {
            return new Key(listed.transaction(), listed.branch());
        }
    }

    /**
     * Puts the two kinds together. A branch may end while they are read, the prepared ones first, and is then among both: it
     * has ended, for no execution is in doubt while a marker can be seen.
     */
    public static BranchPage of(Source prepared, Source ended, int limit) {
        Set<Key> over = ended.branches().stream().map(Key::of).collect(Collectors.toSet());
        List<ListedBranch> all = Stream.concat(
                        prepared.branches().stream().filter(listed -> !over.contains(Key.of(listed))),
                        ended.branches().stream())
                .sorted(ORDER)
                .toList();
        List<ListedBranch> page = new ArrayList<>();
        for (ListedBranch listed : all) {
            boolean full = page.size() >= limit
                    && !listed.transaction().equals(page.get(page.size() - 1).transaction());
            if (full || beyond(prepared, listed) || beyond(ended, listed)) {
                return new BranchPage(page, true);
            }
            page.add(listed);
        }
        return new BranchPage(page, prepared.truncated() || ended.truncated());
    }

    /** Of transactions after the last one that was read, only a part may be known. */
    private static boolean beyond(Source source, ListedBranch listed) {
        TransactionId until = source.knownUntil();
        return source.truncated() && (until == null || listed.transaction().compareTo(until) > 0);
    }
}
