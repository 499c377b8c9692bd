package io.assent.protocol.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One of the commits of a {@link CommitsRequest}.
 *
 * @param transaction its id; mandatory
 * @param name as in {@link CommitRequest}
 * @param deadline as in {@link CommitRequest}
 * @param branches as in {@link CommitRequest}
 */
public record Commit(
        @Nullable String transaction,
        @Nullable String name,
        @Nullable String deadline,
        @Nullable List<JsonNode> branches) {}
