package io.assent.coordinator.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.engine.TransactionSearch.Backlog;
import io.assent.coordinator.engine.TransactionSearch.Undelivered;
import io.assent.protocol.ParticipantName;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Goal: the metrics tell what the logs hold, and nothing while that is not known. Method: a search that the test answers. */
class BacklogWatchTests {

    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private volatile Backlog backlog = new Backlog(List.of(), 0, List.of());
    private final BacklogWatch watch =
            new BacklogWatch(new Search(), () -> NOW, new BacklogProperties(Duration.ofSeconds(1)));

    private final class Search implements TransactionSearch {

        @Override
        public Result search(Query query) {
            throw new AssertionError("is not asked for");
        }

        @Override
        public Backlog backlog() {
            if (backlog == null) {
                throw new UnavailableException("no log", null);
            }
            return backlog;
        }

        @Override
        public List<Undecided> undecided() {
            throw new AssertionError("is not asked for");
        }
    }

    @AfterEach
    void stop() {
        watch.close();
    }

    private double value(String name) {
        return registry.get(name).gauge().value();
    }

    @Test
    void what_waits_is_told_until_it_is_over_and_nothing_while_it_is_not_known() {
        watch.bindTo(registry);
        assertThat(value("assent.unacknowledged")).as("nobody has looked").isNaN();
        var shop = new ParticipantName("shop");
        backlog = new Backlog(
                List.of(
                        new Undelivered(shop, "http://a", 2, NOW.minusSeconds(5)),
                        new Undelivered(shop, "http://b", 3, NOW.minusSeconds(7))),
                1,
                List.of("a log that cannot be asked"));
        watch.start();
        await().until(() -> value("assent.unacknowledged") == 5);
        assertThat(value("assent.unacknowledged.oldest")).isEqualTo(7);
        assertThat(value("assent.heuristics.open")).isEqualTo(1);

        backlog = null;
        await().until(() -> Double.isNaN(value("assent.heuristics.open")));

        backlog = new Backlog(List.of(), 0, List.of());
        await().until(() -> value("assent.heuristics.open") == 0);
        assertThat(value("assent.unacknowledged.oldest")).isZero();
    }

    @Test
    void it_can_be_stopped_and_started_again() {
        watch.bindTo(registry);
        watch.start();
        watch.stop();
        assertThat(watch.isRunning()).isFalse();
        backlog = new Backlog(List.of(), 4, List.of());
        watch.start();
        await().until(() -> value("assent.heuristics.open") == 4);
    }

    @Test
    void an_interval_out_of_range_is_named() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BacklogProperties(Duration.ofMillis(999)))
                .withMessageContaining("assent.coordinator.backlog.interval must be from 1s to 10m");
    }
}
