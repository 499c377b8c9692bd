package io.assent.chaos.points;

import io.assent.chaos.proxy.Action;
import io.assent.chaos.proxy.Direction;
import io.assent.chaos.proxy.Protocol;
import java.time.Duration;
import java.util.function.Supplier;

/** What can happen to a message. */
public enum FaultKind {
    LOST(Action::drop),
    LOST_AND_RESET(Action::dropAndReset),
    /** Beyond the deadline of the transaction. */
    DELAYED(() -> Action.delay(MessageFault.LONG)),
    DOUBLED(Action::duplicate),
    /** Sent again when the decision has been made. */
    REPLAYED(() -> Action.replay(MessageFault.LONG)),
    /** Until the next message of its kind on its link has passed. */
    REORDERED(() -> Action.reorder(MessageFault.LONG)),
    RESET_IN_THE_MIDDLE(Action::resetInTheMiddle),
    TRUNCATED(Action::truncate),
    GARBLED(Action::garble),
    HALF_OPEN(Action::halfOpen),
    /** Byte by byte, so slowly that the deadline passes. */
    SLOW(() -> Action.slow(Duration.ofMillis(10)));

    private final Supplier<Action> action;

    FaultKind(Supplier<Action> action) {
        this.action = action;
    }

    Action action() {
        return action.get();
    }

    /** TCP lets nothing arrive twice within a session: only what is complete in itself can be repeated. */
    boolean fits(FaultyMessage message) {
        boolean repeats = this == DOUBLED || this == REPLAYED;
        return !repeats || (message.protocol() == Protocol.HTTP && message.direction() == Direction.REQUEST);
    }
}
