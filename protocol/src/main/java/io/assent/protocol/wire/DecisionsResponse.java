package io.assent.protocol.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer to {@link DecisionsRequest}; what is missing is not acknowledged.
 *
 * @param results the states that are known now
 */
public record DecisionsResponse(@Nullable List<DecisionResult> results) {}
