package io.assent.protocol.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Body of {@code POST /v1/transactions/{id}/commit}.
 *
 * @param name a label for people, collected flow only, or null
 * @param deadline RFC 3339 instant in UTC; mandatory in the collected flow
 * @param branches collected flow: the branch set; begun transaction: what the client expects, each a full branch or just its name as a string; null expects nothing in particular
 */
public record CommitRequest(
        @Nullable String name,
        @Nullable String deadline,
        @Nullable List<JsonNode> branches) {}
