package io.assent.coordinator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.assent.protocol.ParticipantName;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Goal: no participant gets more than it may, everybody who waits is served in the end, and nobody waits for a stranger. */
class ParticipantLoadTests {

    private static final ParticipantName A = new ParticipantName("a");
    private static final ParticipantName B = new ParticipantName("b");

    private final ParticipantLoad load = new ParticipantLoad(1);
    private final List<String> granted = new ArrayList<>();

    @Test
    void places_are_taken_all_or_none() {
        assertThat(load.take(List.of(A))).isNull();
        assertThat(load.take(List.of(B, A))).isEqualTo(A);
        assertThat(load.taken(B)).isZero();
    }

    @Test
    void who_comes_first_is_served_first_and_nobody_overtakes() {
        load.take(List.of(A));
        load.await(List.of(A), () -> granted.add("first"));
        load.await(List.of(A), () -> granted.add("second"));
        load.release(A);
        assertThat(granted).containsExactly("first");
        assertThat(load.take(List.of(A))).isEqualTo(A);
        load.release(A);
        assertThat(granted).containsExactly("first", "second");
    }

    @Test
    void who_waits_for_one_participant_keeps_nobody_from_another() {
        load.take(List.of(A));
        load.take(List.of(B));
        load.await(List.of(B, A), () -> granted.add("both"));
        load.await(List.of(B), () -> granted.add("b"));
        load.release(B);
        assertThat(granted).containsExactly("b");
        load.release(B);
        load.release(A);
        assertThat(granted).containsExactly("b", "both");
        assertThat(load.taken(A)).isEqualTo(1);
    }

    @Test
    void who_gave_up_is_not_served_and_who_was_served_cannot_give_up() {
        load.take(List.of(A));
        ParticipantLoad.Waiter first = load.await(List.of(A), () -> granted.add("first"));
        ParticipantLoad.Waiter second = load.await(List.of(A), () -> granted.add("second"));
        assertThat(load.cancel(first)).isTrue();
        load.release(A);
        assertThat(granted).containsExactly("second");
        assertThat(load.cancel(second)).isFalse();
        assertThat(load.cancel(first)).isFalse();
    }

    @Test
    void one_transaction_may_have_more_branches_at_a_participant_than_it_takes() {
        assertThat(load.take(List.of(A, A, A))).isNull();
        assertThat(load.taken(A)).isEqualTo(3);
    }

    @Test
    void what_was_not_taken_cannot_be_given_back() {
        assertThatIllegalStateException().isThrownBy(() -> load.release(A));
    }

    @Test
    void with_many_threads_everybody_is_served_and_everything_is_given_back() throws Exception {
        ParticipantLoad shared = new ParticipantLoad(3);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        CountDownLatch all = new CountDownLatch(4_000);
        for (int i = 0; i < 4_000; i++) {
            Random random = new Random(i);
            List<ParticipantName> wanted =
                    random.nextInt(3) == 0 ? List.of(A, B) : List.of(random.nextBoolean() ? A : B);
            threads.execute(() -> shared.await(
                    wanted,
                    () -> threads.execute(() -> {
                        wanted.forEach(shared::release);
                        all.countDown();
                    })));
        }
        assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(shared.taken(A) + shared.taken(B)).isZero();
        threads.shutdown();
    }
}
