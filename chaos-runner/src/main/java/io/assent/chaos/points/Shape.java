package io.assent.chaos.points;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What the transaction of a case looks like.
 *
 * @param branches 1, 2 or 5
 */
public record Shape(Flow flow, Votes votes, int branches) {

    private static final long AMOUNT = 40;

    /** Where the branches are; {@code bank-1} is the initiator of the collected flow and takes part in it as well. */
    private static final List<String> COLLECTED = List.of("bank-2", "bank-1", "bank-2", "bank-3", "bank-3");

    private static final List<String> ENLISTED = List.of("bank-2", "bank-3", "bank-2", "bank-1", "bank-3");

    public Shape {
        if (branches != 1 && branches != 2 && branches != 5) {
            throw new IllegalArgumentException("1, 2 or 5 branches, not " + branches);
        }
    }

    /**
     * One branch.
     *
     * @param entries account and amount
     * @param refuse whether the bank is to refuse it
     */
    public record Leg(String bank, List<Entry> entries, boolean refuse) {}

    /** A change of one account. */
    public record Entry(String account, long amount) {}

    /** The legs of a transfer with accounts of its own; their amounts add up to zero. */
    public List<Leg> legs(String transfer) {
        if (branches == 1) {
            return List.of(new Leg(
                    "bank-2",
                    List.of(new Entry(transfer + "-0", -AMOUNT), new Entry(transfer + "-1", AMOUNT)),
                    votes == Votes.ONE_NO));
        }
        long share = AMOUNT / (branches - 1);
        return IntStream.range(0, branches)
                .mapToObj(i -> new Leg(
                        (flow == Flow.COLLECTED ? COLLECTED : ENLISTED).get(i),
                        List.of(new Entry(transfer + "-" + i, i == 0 ? -AMOUNT : share)),
                        votes == Votes.ONE_NO && i == branches - 1))
                .toList();
    }

    /** Whether some branch votes yes. */
    public boolean anyPrepared() {
        return votes == Votes.ALL_YES || branches > 1;
    }

    /** Whether branches at two banks at least vote yes. */
    public boolean twoBanksPrepared() {
        return branches == 5 || (branches == 2 && votes == Votes.ALL_YES);
    }

    @Override
    public String toString() {
        return flow + " " + votes + " " + branches;
    }
}
