package io.assent.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.assent.coordinator.engine.DecisionLog.NewTransaction;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.shard.Ring;
import io.assent.coordinator.shard.RingAgreement.Entry;
import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Goal: a log that knows a member decides no transaction that may be in it for an instance that does not (whatever that
 * instance last looked at, and however long it slept), and never forgets a member. Method: an open log of one, and what
 * another instance would write into it.
 */
class RingRecordIntegrationTests {

    private static final Instant SINCE = Instant.now().truncatedTo(ChronoUnit.MILLIS);

    private static final List<String> NEW = List.of("second");

    private final Random random = new Random();
    private final LogProperties properties = OpenLog.settings().build();
    private final LogDatabase database = OpenLog.freshDatabase();
    private final Ring grown = new Ring(List.of(new Ring.Member("main", null), new Ring.Member("second", SINCE)));
    private final RingRecord other =
            new RingRecord(new LogSite("main", grown, database, null, "assent.coordinator.log"));

    @Test
    void whatMayBeInALogThatIsNotKnownIsNeitherBegunNorDecided() throws SQLException {
        try (OpenLog log = OpenLog.open(database, properties)) {
            TransactionId older = id(SINCE.minusMillis(1));
            TransactionId newer = id(SINCE);
            try (Connection connection = log.connection()) {
                other.record(connection, NEW);
            }

            assertThat(begin(log, id(SINCE.minusMillis(1))).status()).isEqualTo(Status.OK);
            assertThat(Drafts.get(log.port().decide(Drafts.commit(older, 1))).status())
                    .isEqualTo(Status.OK);
            for (Reply refused : List.of(
                    begin(log, id(SINCE)),
                    Drafts.get(log.port().decide(Drafts.commit(newer, 1))),
                    Drafts.get(log.port().decide(Drafts.rollback(newer, 2))),
                    Drafts.get(log.port().close(newer, null, null)),
                    Drafts.get(log.port().enlist(newer, Drafts.branch("1", Drafts.SHOP), null)))) {
                assertThat(refused.status()).isEqualTo(Status.UNAVAILABLE);
                assertThat(refused.detail()).contains("a log was added that this instance is not configured with");
            }
            assertThat(log.count("select count(*) from assent_transaction where id = '" + newer + "'"))
                    .isZero();
        }
    }

    @Test
    void aMemberThatWouldTakeOverATransactionIsNotRecorded() throws SQLException {
        Instant since = Instant.now().plusSeconds(30).truncatedTo(ChronoUnit.MILLIS);
        Ring ring = new Ring(List.of(new Ring.Member("main", null), new Ring.Member("second", since)));
        RingRecord late = new RingRecord(new LogSite("main", ring, database, null, "assent.coordinator.log"));
        try (OpenLog log = OpenLog.open(database, properties);
                Connection connection = log.connection()) {
            assertThat(begin(log, id(since)).status()).isEqualTo(Status.OK);

            assertThatExceptionOfType(LogRefusedException.class)
                    .isThrownBy(() -> late.record(connection, NEW))
                    .withMessageContaining("Choose a later since");

            assertThat(log.count("select count(*) from assent_log_ring")).isZero();
            assertThat(connection.getAutoCommit()).isTrue();

            // One that is confirmed in other logs: this one was restored, and has transactions of its own.
            late.record(connection, List.of());
            assertThat(log.count("select count(*) from assent_log_ring")).isEqualTo(2);
        }
    }

    @Test
    void aMemberIsRecordedOnceAndConfirmedAndStays() throws SQLException {
        try (OpenLog log = OpenLog.open(database, properties);
                Connection connection = log.connection()) {
            assertThat(RingRecord.look(connection).name()).isNull();
            other.record(connection, NEW);
            other.record(connection, NEW);
            assertThat(RingRecord.look(connection).name()).isEqualTo("main");
            assertThat(RingRecord.look(connection).entries())
                    .isEqualTo(Map.of("main", new Entry(null, false), "second", new Entry(SINCE, false)));
            log.execute("delete from assent_log_ring where name = 'second'");
            other.record(connection, NEW);
            other.confirm(connection);
            assertThat(RingRecord.look(connection).entries())
                    .isEqualTo(Map.of("main", new Entry(null, true), "second", new Entry(SINCE, true)));
            for (String forbidden : List.of(
                    "delete from assent_log_ring where name = 'second'",
                    "update assent_log_ring set since = null where name = 'second'",
                    "update assent_log_ring set confirmed = false where name = 'second'")) {
                assertThatExceptionOfType(AssertionError.class)
                        .as(forbidden)
                        .isThrownBy(() -> log.execute(forbidden))
                        .withMessageContaining("log second is a member of the ring");
            }
        }
    }

    @Test
    void aConnectionOfAnInstanceWithAnotherRingIsRefusedOnceThatIsInUse() throws SQLException {
        ConnectionVerifier verifier = OpenLog.verifier(properties);
        try (OpenLog log = OpenLog.open(database, properties);
                Connection connection = log.connection()) {
            assertThatCode(() -> verifier.verify(connection)).doesNotThrowAnyException();
            verifier.ring().enforce();
            assertThatExceptionOfType(LogRefusedException.class)
                    .as("it has lost what it was opened with")
                    .isThrownBy(() -> verifier.verify(connection))
                    .withMessageContaining("never opened");
            other.record(connection, NEW);
            assertThatExceptionOfType(LogRefusedException.class)
                    .isThrownBy(() -> verifier.verify(connection))
                    .withMessageContaining("this instance is not configured with it");
        }
    }

    private Reply begin(OpenLog log, TransactionId id) {
        return Drafts.get(log.port().begin(new NewTransaction(id, null, Duration.ofMinutes(1), null, null)));
    }

    private TransactionId id(Instant made) {
        return TransactionId.create(made, random);
    }
}
