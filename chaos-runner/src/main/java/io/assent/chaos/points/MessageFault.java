package io.assent.chaos.points;

import io.assent.chaos.proxy.Action;
import io.assent.chaos.proxy.Direction;
import io.assent.chaos.proxy.FaultProxy;
import io.assent.chaos.proxy.Match;
import io.assent.chaos.proxy.Message;
import io.assent.chaos.proxy.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Spoils one message of the transaction. */
final class MessageFault implements Disturbance {

    /** Longer than the time that the transactions of these cases are given. */
    static final Duration LONG = Duration.ofSeconds(3);

    /** Delays and slow sending are over by then. */
    private static final Duration OVER = Duration.ofSeconds(20);

    private final FaultyMessage message;
    private final FaultKind kind;
    private final List<Rule> rules = new ArrayList<>();
    private final List<Rule> preludes = new ArrayList<>();
    private final AtomicBoolean claimed = new AtomicBoolean();

    MessageFault(FaultyMessage message, FaultKind kind) {
        this.message = message;
        this.kind = kind;
    }

    @Override
    public void arm(Laboratory laboratory, Subject subject) {
        if (message.ordersLost()) {
            for (FaultProxy proxy : laboratory.links().matching("coordinator-[0-9]+", message.from())) {
                preludes.add(proxy.rule(CrashPoint.orders(subject), Action.dropAndReset()));
            }
        }
        for (FaultProxy proxy : laboratory.links().matching(message.from(), message.to())) {
            rules.add(proxy.rule(match(subject), kind.action()));
        }
    }

    /** One message of the transaction, over all links; to be overtaken takes a second one, of whatever transaction. */
    private Match match(Subject subject) {
        if (kind != FaultKind.REORDERED) {
            return message.match(subject).where("the first", one -> claimed.compareAndSet(false, true));
        }
        Match any = message.direction() == Direction.REQUEST
                ? message.request()
                : Match.reply().answering(message.request());
        return any.where("of " + subject.transfer() + " and the next one", one -> claimed.get() || first(subject, one))
                .first(1);
    }

    private boolean first(Subject subject, Message one) {
        return subject.isAbout(one) && claimed.compareAndSet(false, true);
    }

    @Override
    public void awaitHit(Duration longest) {
        CompletableFuture<?>[] hits = rules.stream().map(Rule::hit).toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.anyOf(hits).get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("no " + message.name() + " within " + longest, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the " + message.name() + " could not be spoilt: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted at " + message.name(), e);
        }
    }

    @Override
    public void heal() {
        for (Rule rule : rules) {
            if (rule.hits() > 0) {
                await(rule.done());
                if (kind == FaultKind.DOUBLED || kind == FaultKind.REPLAYED) {
                    await(rule.repeated());
                }
            }
        }
        rules.forEach(Rule::disarm);
        preludes.forEach(Rule::disarm);
    }

    /** A connection that breaks meanwhile ends the action as well. */
    private static void await(CompletableFuture<Message> end) {
        end.orTimeout(OVER.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(e -> null)
                .join();
    }
}
