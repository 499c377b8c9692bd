package io.assent.coordinator.protocol;

import java.util.List;

/**
 * The answer to "what next?".
 *
 * @param next the transaction after the event
 * @param actions what is to be done now, in this order
 */
public record Step(GlobalTransaction next, List<Action> actions) {

    public Step {
        actions = List.copyOf(actions);
    }
}
