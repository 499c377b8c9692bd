package io.assent.coordinator.web;

import io.assent.protocol.wire.BranchMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A person decides a transaction that is held since the log was restored.
 *
 * @param decision COMMIT or ROLLBACK; mandatory
 * @param reason why, up to 512 characters; mandatory
 * @param branches the executions that the decision is for; absent: those that the log knows
 */
record SettlementRequest(
        @Nullable String decision,
        @Nullable String reason,
        @Nullable List<BranchMessage> branches) {}
