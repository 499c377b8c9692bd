package io.assent.chaos.points;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs one case after the other and looks what became of each: both or neither, with exact amounts; no untrue answer;
 * nothing left in doubt. At the end it looks at all of them again: what stood then still stands.
 */
final class CaseRunner {

    private static final long OPENING = 1_000;
    private static final Duration HIT = Duration.ofSeconds(30);
    private static final Duration CLIENT = Duration.ofSeconds(60);
    /** I5: nothing is in doubt this long after the later of the last healing and the deadline. */
    private static final Duration LONGEST_IN_DOUBT = Duration.ofSeconds(30);

    private final Laboratory laboratory;
    private final String run = Long.toString(System.currentTimeMillis() % 100_000_000, 36);
    private final List<Ended> ended = new ArrayList<>();

    CaseRunner(Laboratory laboratory) {
        this.laboratory = laboratory;
    }

    private record Ended(Case ran, String transfer, Map<String, Long> booked) {}

    CaseResult run(Case ran) {
        String transfer = "c" + run + "-" + (ended.size() + 1);
        List<String> violations = new ArrayList<>();
        long start = System.nanoTime();
        Subject subject = new Subject(transfer);
        List<Shape.Leg> legs = ran.shape().legs(transfer);
        try {
            laboratory.client().open(legs, OPENING);
            laboratory.watch(subject);
            Disturbance disturbance = ran.disturbance().get();
            disturbance.arm(laboratory, subject);
            Duration timeout = Duration.ofMillis(ran.timeout());
            CompletableFuture<Answer> asking = CompletableFuture.supplyAsync(
                    () -> laboratory.client().carryOut(ran.shape().flow(), "bank-1", subject, legs, timeout));
            long hit;
            DoubtWatch watch;
            try {
                disturbance.awaitHit(HIT);
            } catch (IllegalStateException e) {
                violations.add(e.getMessage());
            } finally {
                hit = System.nanoTime();
                watch = new DoubtWatch(() -> isOver(subject));
                disturbance.heal();
            }
            long healed = System.nanoTime();
            Answer answer = answer(asking, violations);
            awaitEnd(subject, Math.max(0, hit + timeout.toNanos() - System.nanoTime()), healed, violations);
            Duration inDoubt = watch.end();
            check(ran, subject, legs, answer, violations);
            return new CaseResult(ran, answer, inDoubt, Duration.ofNanos(System.nanoTime() - start), violations);
        } catch (Exception e) {
            violations.add("could not be run: " + e);
            return new CaseResult(
                    ran,
                    new Answer(Answer.Claim.UNKNOWN, "not run"),
                    Duration.ZERO,
                    Duration.ofNanos(System.nanoTime() - start),
                    violations);
        }
    }

    private static Answer answer(CompletableFuture<Answer> asking, List<String> violations)
            throws InterruptedException {
        try {
            return asking.get(CLIENT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            violations.add("the client was told nothing for " + CLIENT);
        } catch (ExecutionException e) {
            violations.add("the client failed: " + e.getCause());
        }
        return new Answer(Answer.Claim.UNKNOWN, "none");
    }

    private void awaitEnd(Subject subject, long untilDeadline, long healed, List<String> violations) {
        Duration longest = LONGEST_IN_DOUBT.plusNanos(untilDeadline).minusNanos(System.nanoTime() - healed);
        boolean over = Await.until(longest, () -> isOver(subject));
        if (!over) {
            violations.add("not over " + LONGEST_IN_DOUBT + " after the later of healing and deadline (I5)");
        }
    }

    private boolean isOver(Subject subject) throws SQLException {
        if (laboratory.books().prepared(subject.ids()) > 0 && !subject.ids().isEmpty()) {
            return false;
        }
        for (String id : subject.ids()) {
            if (!laboratory.books().logged(id).map(Books.Logged::complete).orElse(true)) {
                return false;
            }
        }
        return true;
    }

    private void check(Case ran, Subject subject, List<Shape.Leg> legs, Answer answer, List<String> violations)
            throws SQLException {
        Map<String, Long> all = new TreeMap<>();
        legs.forEach(leg ->
                leg.entries().forEach(entry -> all.put(leg.bank() + " " + entry.account(), entry.amount())));
        Map<String, Long> booked = laboratory.books().booked(subject.transfer());
        Map<String, Long> changes = laboratory.books().changes(subject.transfer() + "-");
        boolean committed = booked.equals(all);
        if (!committed && !booked.isEmpty()) {
            violations.add("a split outcome (I1): " + booked + " of " + all);
        }
        if (!booked.equals(changes)) {
            violations.add("balances and entries differ (I7): " + changes + " and " + booked);
        }
        if (ran.shape().votes() == Votes.ONE_NO && !booked.isEmpty()) {
            violations.add("committed although a branch refused (I3): " + booked);
        }
        if (answer.claim() == Answer.Claim.COMMITTED && !committed) {
            violations.add("the client was told COMMITTED, and it is not (I6): " + booked);
        }
        if (answer.claim() == Answer.Claim.ROLLED_BACK && !booked.isEmpty()) {
            violations.add("the client was told that nothing happened, and it did (I6): " + booked);
        }
        for (String id : subject.ids()) {
            Optional<Books.Logged> logged = laboratory.books().logged(id);
            String expected = committed ? "COMMITTED" : "ROLLED_BACK";
            if (logged.isPresent() && !expected.equals(logged.get().outcome())) {
                violations.add("the log says " + logged.get() + ", the books " + booked);
            }
            if (logged.isEmpty() && committed && ran.shape().branches() > 1) {
                violations.add("committed, and the log knows nothing of " + id);
            }
        }
        ended.add(new Ended(ran, subject.transfer(), booked));
    }

    /** When everything else is over: what every case left behind is still there, and nothing more. */
    List<String> checkAll() {
        List<String> violations = new ArrayList<>();
        try {
            for (Ended one : ended) {
                Map<String, Long> now = laboratory.books().booked(one.transfer());
                if (!now.equals(one.booked())) {
                    violations.add(one.ran().name() + ": reversed afterwards (I2): " + one.booked() + ", now " + now);
                }
            }
            boolean empty = Await.until(
                    LONGEST_IN_DOUBT,
                    () -> laboratory.books().prepared(Set.of()) == 0
                            && laboratory.books().unfinished() == 0);
            if (!empty) {
                violations.add("left over (I12): " + laboratory.books().prepared(Set.of()) + " prepared transactions, "
                        + laboratory.books().unfinished() + " unfinished in the log");
            }
            long surplus = laboratory.books().surplus();
            if (surplus != 0) {
                violations.add("the sum of money changed by " + surplus + " (I8)");
            }
        } catch (SQLException e) {
            violations.add("the books could not be read: " + e.getMessage());
        }
        laboratory.unframed().forEach(link -> violations.add("messages on " + link + " were not understood"));
        return violations;
    }
}
