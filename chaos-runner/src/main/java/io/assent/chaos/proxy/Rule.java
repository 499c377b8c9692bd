package io.assent.chaos.proxy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** An armed rule of a {@link FaultProxy}. Thread-safe. */
public final class Rule {

    private final String link;
    private final Match match;
    private final Action action;
    private final Runnable disarm;
    private final CompletableFuture<Message> hit = new CompletableFuture<>();
    private final CompletableFuture<Message> done = new CompletableFuture<>();
    private final CompletableFuture<Message> repeated = new CompletableFuture<>();
    private int seen;
    private int hits;

    Rule(String link, Match match, Action action, Consumer<Rule> disarm) {
        this.link = link;
        this.match = match;
        this.action = action;
        this.disarm = () -> disarm.accept(this);
    }

    /** How many messages matched so far, whether they were the ones that are meant or not. */
    public synchronized int seen() {
        return seen;
    }

    /** How often the action was begun. */
    public synchronized int hits() {
        return hits;
    }

    /** Completes with the first message that the rule is applied to, before the action begins. */
    public CompletableFuture<Message> hit() {
        return hit.copy();
    }

    /** Completes when the action on the first such message is over, triggers included. */
    public CompletableFuture<Message> done() {
        return done.copy();
    }

    /** Completes with the reply to the first copy that a {@code duplicate} or {@code replay} has sent. */
    public CompletableFuture<Message> repeated() {
        return repeated.copy();
    }

    /**
     * Waits for the first hit.
     *
     * @throws IllegalStateException if there is none within this time; with what was seen instead
     */
    public Message awaitHit(Duration longest) {
        return await(hit, longest, "was not hit");
    }

    /**
     * Waits for the end of the action on the first message.
     *
     * @throws IllegalStateException if it is not over within this time
     */
    public Message awaitDone(Duration longest) {
        return await(done, longest, "was not over");
    }

    /** Ends the rule; what it holds at this moment is carried out. */
    public void disarm() {
        disarm.run();
    }

    private Message await(CompletableFuture<Message> awaited, Duration longest, String missing) {
        try {
            return awaited.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    this + " " + missing + " within " + longest + "; " + seen() + " messages matched", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(this + " failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for " + this, e);
        }
    }

    /**
     * Counts the message.
     *
     * @return the how-manieth it is on which the action is to be carried out, from 1; 0 if it is not
     */
    synchronized int claim(Message message) {
        if (!match.matches(message)) {
            return 0;
        }
        seen++;
        if (!match.means(seen, action.further())) {
            return 0;
        }
        return ++hits;
    }

    void carryOut(Delivery delivery) throws Exception {
        hit.complete(delivery.message());
        try {
            action.carryOut(delivery);
        } catch (Exception e) {
            done.completeExceptionally(e);
            throw e;
        }
        if (!delivery.awaitsReply()) {
            done.complete(delivery.message());
        }
    }

    /** The trigger after the reply is over. */
    void over(Message message) {
        done.complete(message);
    }

    void failed(Throwable failure) {
        done.completeExceptionally(failure);
    }

    CompletableFuture<Message> repetition() {
        return repeated;
    }

    @Override
    public String toString() {
        return action + " on " + link + ": " + match;
    }
}
