package io.assent.participant.support;

import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.LateBranches;
import java.time.Duration;

/** For services whose branches all prepare early. */
public final class EarlyOnly {

    private EarlyOnly() {}

    public static LateBranches lateBranches(BranchService.Runtime runtime) {
        return new LateBranches(
                () -> {
                    throw new AssertionError("all of these prepare early");
                },
                new LateBranches.Settings(0, Duration.ofSeconds(1), Duration.ofSeconds(1)),
                runtime);
    }
}
