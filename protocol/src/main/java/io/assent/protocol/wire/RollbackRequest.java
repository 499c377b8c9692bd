package io.assent.protocol.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /v1/transactions/{id}/rollback}.
 *
 * @param reason for people, up to 512 characters, or null
 * @param branches branches that should hear of it, or null
 */
public record RollbackRequest(
        @Nullable String reason, @Nullable List<BranchMessage> branches) {}
