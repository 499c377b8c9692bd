package io.assent.chaos.proxy;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** What is done to a message that a rule is about. Instances made by one call may be used for one rule only. */
public final class Action {

    private static final int GARBAGE = 8;

    private final String description;
    private final @Nullable Protocol protocol;
    private final @Nullable Direction direction;
    private final String whyNot;
    /** How many messages after the ones that are meant it has to see. */
    private final int further;

    private final Handler handler;

    private Action(
            String description,
            @Nullable Protocol protocol,
            @Nullable Direction direction,
            String whyNot,
            int further,
            Handler handler) {
        this.description = description;
        this.protocol = protocol;
        this.direction = direction;
        this.whyNot = whyNot;
        this.further = further;
        this.handler = handler;
    }

    private static Action any(String description, Handler handler) {
        return new Action(description, null, null, "", 0, handler);
    }

    /** The message is lost; its connection stays open, and nothing more passes it in this direction. */
    public static Action drop() {
        return any("DROP", Delivery::silence);
    }

    /** The message is lost and its connection is reset on both sides. */
    public static Action dropAndReset() {
        return any("DROP and RESET", Delivery::reset);
    }

    /** The message is handed on after this time, also when its sender has gone by then. */
    public static Action delay(Duration time) {
        return any("DELAY " + time, delivery -> {
            delivery.pause(time);
            delivery.forward();
        });
    }

    /** An HTTP request is sent twice, on two connections; the reply to the second is read and goes to nobody. */
    public static Action duplicate() {
        return new Action(
                "DOUBLE",
                Protocol.HTTP,
                Direction.REQUEST,
                "only an HTTP request is complete in itself: a PostgreSQL message belongs to its session, in which TCP lets"
                        + " nothing arrive twice, and a second response would answer the next request",
                0,
                delivery -> {
                    delivery.forward();
                    delivery.repeat(Duration.ZERO);
                });
    }

    /** An HTTP request is handed on, and sent again on a connection of its own this time later. */
    public static Action replay(Duration later) {
        return new Action(
                "REPLAY after " + later,
                Protocol.HTTP,
                Direction.REQUEST,
                "only an HTTP request is complete in itself",
                0,
                delivery -> {
                    delivery.forward();
                    delivery.repeat(later);
                });
    }

    /** The connection is reset (RST) on both sides before a byte of the message was handed on. */
    public static Action resetBefore() {
        return any("RESET before", Delivery::reset);
    }

    /** The first half is handed on, then the connection is reset (RST) on both sides. */
    public static Action resetInTheMiddle() {
        return any("RESET in the middle", delivery -> {
            delivery.forwardHalf();
            delivery.reset();
        });
    }

    /** The first half is handed on, then the stream ends in good order (FIN). */
    public static Action truncate() {
        return any("TRUNCATE", delivery -> {
            delivery.forwardHalf();
            delivery.finish();
        });
    }

    /**
     * Some bytes in the middle of the body (HTTP), or of the last statement or command tag (PostgreSQL), are replaced by
     * bytes that are never valid UTF-8: garbage that a receiver can tell from data. A message without such a part is
     * handed on as it is.
     */
    public static Action garble() {
        return any("GARBLE", delivery -> {
            Frame frame = delivery.message().frame();
            int length = Math.min(GARBAGE, frame.contentTo() - frame.contentFrom());
            if (length == 0) {
                delivery.forward();
                return;
            }
            byte[] bytes = frame.bytes().clone();
            int from = frame.contentFrom() + (frame.contentTo() - frame.contentFrom() - length) / 2;
            for (int i = from; i < from + length; i++) {
                bytes[i] = (byte) 0xFF;
            }
            delivery.forwardInstead(bytes);
        });
    }

    /** The message is read and never answered, nothing passes any more in either direction, and nothing is closed. */
    public static Action halfOpen() {
        return any("HALF_OPEN", Delivery::silenceBoth);
    }

    /** One byte in each interval. */
    public static Action slow(Duration interval) {
        return any("SLOW, a byte each " + interval, delivery -> delivery.forwardSlowly(interval));
    }

    /**
     * The message is held until the next one that matches, on whatever connection, has been handed on and, if it is a
     * request, was answered: so it was worked first, too. For the longest time at most.
     */
    public static Action reorder(Duration longest) {
        // The first of each pair waits for the second, in whichever order their threads get here.
        Map<Integer, CountDownLatch> pairs = new ConcurrentHashMap<>();
        return new Action("REORDER", null, null, "", 1, delivery -> {
            CountDownLatch passed = pairs.computeIfAbsent((delivery.hit() + 1) / 2, pair -> new CountDownLatch(1));
            if (delivery.hit() % 2 == 1) {
                delivery.pauseUntil(passed, longest);
                delivery.forward();
            } else {
                delivery.forwardAndThen(passed::countDown);
            }
        });
    }

    /** The trigger runs before a byte of the message was handed on. */
    public static Action before(Trigger trigger) {
        return any("TRIGGER before", delivery -> {
            if (trigger.on(delivery.message()) == Trigger.Then.FORWARD) {
                delivery.forward();
            } else {
                delivery.reset();
            }
        });
    }

    /** The request is handed on; the trigger runs when its reply has arrived, which is held meanwhile. */
    public static Action afterReplied(Trigger trigger) {
        return new Action(
                "TRIGGER after",
                null,
                Direction.REQUEST,
                "a reply is not answered; trigger before it instead",
                0,
                delivery -> delivery.forward(trigger));
    }

    /** Why this cannot be done to such messages on such a link; null if it can. */
    @Nullable
    String refuses(Protocol spoken, Match match) {
        if ((protocol != null && protocol != spoken) || (direction != null && direction != match.direction())) {
            return description + " does not work for a " + match.direction() + " on a " + spoken + " link: " + whyNot;
        }
        return null;
    }

    int further() {
        return further;
    }

    void carryOut(Delivery delivery) throws Exception {
        handler.handle(delivery);
    }

    @Override
    public String toString() {
        return description;
    }

    /** What is done with one message. */
    @FunctionalInterface
    private interface Handler {
        void handle(Delivery delivery) throws Exception;
    }
}
