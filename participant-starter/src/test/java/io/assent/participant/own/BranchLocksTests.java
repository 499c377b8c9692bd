package io.assent.participant.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.assent.protocol.BranchId;
import io.assent.protocol.TransactionId;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Goal: one thread at a time for a branch, and nothing stays behind. Method: many threads on one branch and on another. */
class BranchLocksTests {

    private final BranchLocks locks = new BranchLocks();
    private final TransactionId transaction = TransactionId.create(Instant.now(), new SecureRandom());
    private final BranchId branch = new BranchId("1");

    @Test
    void one_at_a_time() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(threads.submit(() -> {
                    for (int round = 0; round < 500; round++) {
                        try (BranchLocks.Held held = locks.take(transaction, branch, Duration.ofSeconds(60))) {
                            assertThat(inside.incrementAndGet()).isOne();
                            done.incrementAndGet();
                            inside.decrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> future : all) {
                future.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(done).hasValue(4_000);
        assertThat(locks.size()).isZero();
    }

    @Test
    void who_does_not_get_it_leaves_nothing_behind() throws Exception {
        try (BranchLocks.Held held = locks.take(transaction, branch, Duration.ZERO);
                BranchLocks.Held other = locks.take(transaction, new BranchId("2"), Duration.ZERO)) {
            assertThatExceptionOfType(BranchLocks.BusyException.class)
                    .isThrownBy(() -> locks.take(transaction, branch, Duration.ofMillis(1)));
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(BranchLocks.BusyException.class)
                    .isThrownBy(() -> locks.take(transaction, branch, Duration.ofMinutes(1)));
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(locks.size()).isZero();
    }
}
