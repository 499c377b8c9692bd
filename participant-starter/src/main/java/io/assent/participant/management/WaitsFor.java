package io.assent.participant.management;

import io.assent.participant.engine.Inquiries;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.InquiryAnswer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Says in words what a branch in doubt waits for. */
final class WaitsFor {

    private WaitsFor() {}

    /**
     * @param runs whether its call still runs in this process
     * @param asked what this process has asked about it; null: nothing
     * @param minAge of branches that are asked about
     */
    static String of(PreparedBranch branch, boolean runs, Inquiries.@Nullable Asked asked, Duration minAge) {
        if (runs) {
            return "the end of its call, which still runs in this process";
        }
        if (asked == null) {
            return branch.age().compareTo(minAge) < 0
                    ? "the coordinator's order; this process asks when it is " + minAge + " old"
                    : "the coordinator's order; this process has not asked yet";
        }
        return what(branch, asked.answer())
                + "; asked %d times, last at %s, last answer %s"
                        .formatted(
                                asked.times(),
                                asked.last(),
                                asked.answer() == null ? "none" : asked.answer().name());
    }

    private static String what(PreparedBranch branch, @Nullable InquiryAnswer answer) {
        if (answer == null) {
            return "a coordinator that answers";
        }
        return switch (answer) {
            case UNDECIDED -> "the coordinator's decision";
            case COMMIT, ROLLBACK -> "this service, which could not carry out " + answer + " so far; its log says why";
            case FORGOTTEN ->
                "a person: the coordinator has forgotten the transaction. Compare with the other participants, then end '"
                        + branch.ref() + "' by hand";
        };
    }
}
