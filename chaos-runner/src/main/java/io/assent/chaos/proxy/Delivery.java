package io.assent.chaos.proxy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What can be done to one message on its way through a connection. Used by the thread that carries it. */
final class Delivery {

    private final Connection connection;
    private final Message message;
    private final @Nullable Rule rule;
    private final int hit;
    private Fate fate = Fate.LOST;
    private boolean opened;
    private boolean awaitsReply;

    Delivery(Connection connection, Message message, FaultProxy.@Nullable Claim claim) {
        this.connection = connection;
        this.message = message;
        this.rule = claim == null ? null : claim.rule();
        this.hit = claim == null ? 0 : claim.hit();
    }

    /** The how-manieth message its rule is applied to, from 1; 0 without a rule. */
    int hit() {
        return hit;
    }

    Message message() {
        return message;
    }

    Fate fate() {
        return fate;
    }

    /** Whether the rule's action ends with the reply only. */
    boolean awaitsReply() {
        return awaitsReply;
    }

    void forward() throws IOException {
        open(null);
        if (connection.write(message.direction(), message.frame().bytes())) {
            fate = Fate.FORWARDED;
        }
    }

    /** Hands on, and lets the trigger run when the reply has arrived. */
    void forward(Trigger beforeReply) throws IOException {
        Rule applied = rule;
        awaitsReply = message.frame().paired();
        open(reply -> {
            try {
                Trigger.Then then = beforeReply.on(reply);
                if (applied != null) {
                    applied.over(message);
                }
                return then;
            } catch (Exception e) {
                if (applied != null) {
                    applied.failed(e);
                }
                throw e;
            }
        });
        forward();
    }

    /** Hands on; the rest runs when the reply has arrived, or at once if there will be none. */
    void forwardAndThen(Runnable rest) throws IOException {
        if (message.direction() == Direction.REPLY || !message.frame().paired()) {
            forward();
            rest.run();
            return;
        }
        open(reply -> {
            rest.run();
            return Trigger.Then.FORWARD;
        });
        forward();
    }

    void forwardHalf() throws IOException {
        byte[] bytes = message.frame().bytes();
        byte[] half = new byte[bytes.length / 2];
        System.arraycopy(bytes, 0, half, 0, half.length);
        forwardInstead(half);
    }

    void forwardInstead(byte[] bytes) throws IOException {
        open(null);
        if (connection.write(message.direction(), bytes)) {
            fate = Fate.SPOILT;
        }
    }

    void forwardSlowly(Duration interval) throws IOException {
        open(null);
        for (byte one : message.frame().bytes()) {
            pause(interval);
            if (!connection.write(message.direction(), new byte[] {one})) {
                fate = Fate.SPOILT;
                return;
            }
        }
        fate = Fate.FORWARDED;
    }

    /** Nothing passes any more in this direction, and nothing is closed. */
    void silence() {
        connection.silence(message.direction());
    }

    void silenceBoth() {
        connection.silence(Direction.REQUEST);
        connection.silence(Direction.REPLY);
    }

    /** The stream ends for its receiver; what the sender still sends is read and lost. */
    void finish() throws IOException {
        connection.silence(message.direction());
        connection.finish(message.direction());
    }

    void reset() {
        connection.reset();
    }

    /** Sends a copy of the request on a connection of its own, this time later, on a thread of its own. */
    void repeat(Duration later) {
        connection.repeat(message, later, rule);
    }

    /** Waits; only the end of the proxy cuts it short. */
    void pause(Duration time) throws IOException {
        pauseUntil(new CountDownLatch(1), time);
    }

    /** Waits for the latch, for this time at most. */
    void pauseUntil(CountDownLatch latch, Duration longest) throws IOException {
        long end = System.nanoTime() + longest.toNanos();
        try {
            long left = longest.toNanos();
            // In slices, so that closing the proxy does not have to know who waits for what.
            while (left > 0 && !latch.await(Math.min(left, TimeUnit.MILLISECONDS.toNanos(200)), TimeUnit.NANOSECONDS)) {
                connection.requireOpenLink();
                left = end - System.nanoTime();
            }
        } catch (InterruptedException e) {
            throw new InterruptedIOException("while a message was held");
        }
    }

    /** The request is known as waiting for its reply before its first byte can be answered. */
    private void open(@Nullable Trigger beforeReply) {
        if (!opened
                && message.direction() == Direction.REQUEST
                && message.frame().paired()) {
            connection.dialogue().open(new Dialogue.Exchange(message, beforeReply));
        }
        opened = true;
    }
}
