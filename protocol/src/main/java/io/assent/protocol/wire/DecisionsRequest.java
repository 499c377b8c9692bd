package io.assent.protocol.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Body of the participant call {@code POST /decisions}: phase two.
 *
 * @param participant whom it is meant for
 * @param decisions 1 to 256 orders
 */
public record DecisionsRequest(
        @Nullable String participant, @Nullable List<DecisionOrder> decisions) {}
