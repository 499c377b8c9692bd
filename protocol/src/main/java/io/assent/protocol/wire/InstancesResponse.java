package io.assent.protocol.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer to {@code GET /v1/instances}.
 *
 * @param asOf RFC 3339; when the answering instance last asked the decision log; null if that never answered
 * @param items the oldest first
 */
public record InstancesResponse(@Nullable String asOf, List<InstanceView> items) {}
