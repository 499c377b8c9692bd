package io.assent.protocol.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer of the participant to {@code GET /branches}.
 *
 * @param branches what is in doubt here
 */
public record BranchesResponse(@Nullable List<BranchStatus> branches) {}
