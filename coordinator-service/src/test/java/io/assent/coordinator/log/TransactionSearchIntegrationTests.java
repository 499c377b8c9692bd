package io.assent.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.DecisionLog.NewTransaction;
import io.assent.coordinator.engine.DecisionLog.Progress;
import io.assent.coordinator.engine.DecisionLog.Proposal;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.engine.TransactionSearch.Query;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionState;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Goal: people find transactions by what they know of them, and are never shown a decision that may not be told (R4).
 * Method: the wired application on a real PostgreSQL, transactions made through the log.
 */
class TransactionSearchIntegrationTests {

    private static final ParticipantName BANK = new ParticipantName("bank");

    private static ConfigurableApplicationContext application;
    private static DecisionLog log;
    private static TransactionSearch search;

    @BeforeAll
    static void start() {
        TestPostgres.Database database = TestPostgres.shared().freshDatabase("search");
        application = LogApplication.start(
                "spring.datasource.url=" + database.jdbcUrl(),
                "spring.datasource.username=" + database.username(),
                "spring.datasource.password=" + database.password());
        log = application.getBean(DecisionLog.class);
        search = application.getBean(TransactionSearch.class);
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @BeforeEach
    void clear() {
        execute("delete from assent_transaction");
    }

    @Test
    void pagesThroughThousandsNewestFirstWithoutGapOrRepeat() {
        List<TransactionId> ids = new ArrayList<>();
        List<CompletionStage<?>> written = new ArrayList<>();
        Instant now = Instant.now();
        for (int i = 0; i < 3_210; i++) {
            TransactionId id = TransactionId.create(now.minusMillis(i / 3), ThreadLocalRandom.current());
            ids.add(id);
            written.add(log.decide(Drafts.rollback(id, 1)));
        }
        written.forEach(Drafts::get);
        ids.sort(Collections.reverseOrder());

        List<TransactionId> seen = new ArrayList<>();
        TransactionId last = null;
        List<TransactionRecord> page;
        do {
            page = search.search(new Query(null, Set.of(), null, null, null, 500, last, null))
                    .found();
            page.forEach(record -> seen.add(record.id()));
            last = page.isEmpty() ? null : page.get(page.size() - 1).id();
        } while (last != null);

        assertThat(seen).isEqualTo(ids);
    }

    @Test
    void sumsUpWhatIsDecidedAndNotComplete() {
        Drafts.get(log.begin(new NewTransaction(Drafts.id(), null, Duration.ofMinutes(1), null, null)));
        decided(Drafts.commit(Drafts.id(), 1));
        completed(Drafts.commit(Drafts.id(), 1));
        assertThat(search.backlog()).isEqualTo(new TransactionSearch.Backlog(List.of(), 0, List.of()));

        Instant before = Instant.now().minusSeconds(60);
        TransactionId one = decided(Drafts.commit(Drafts.id(), 1));
        Drafts.get(log.record(new Progress(one, List.of(), false, Duration.ofMinutes(1))));
        TransactionId other = decided(Drafts.rollback(Drafts.id(), 1));
        Drafts.get(log.record(new Progress(other, List.of(), false, Duration.ofMinutes(1))));

        TransactionSearch.Backlog backlog = search.backlog();
        assertThat(backlog.heuristics()).isZero();
        assertThat(backlog.undelivered().stream()
                        .mapToLong(TransactionSearch.Undelivered::branches)
                        .sum())
                .isEqualTo(records(one, other).stream()
                        .mapToLong(record -> record.branches().size())
                        .sum())
                .isPositive();
        assertThat(backlog.undelivered())
                .allSatisfy(found -> assertThat(found.oldestSince()).isAfter(before));

        execute("update assent_transaction set outcome = 'HEURISTIC_MIXED',"
                + " branches = jsonb_set(branches, '{0,state}', '\"ROLLED_BACK\"') where id = '" + one + "'");
        assertThat(ids(new Query(
                        null,
                        Set.of(Outcome.HEURISTIC_MIXED, Outcome.HEURISTIC_HAZARD),
                        null,
                        null,
                        null,
                        500,
                        null,
                        null)))
                .containsExactly(one);
        assertThat(ids(new Query(
                        TransactionState.ROLLING_BACK,
                        Set.of(Outcome.HEURISTIC_MIXED),
                        null,
                        null,
                        null,
                        500,
                        null,
                        null)))
                .isEmpty();
        TransactionSearch.Backlog contradicted = search.backlog();
        assertThat(contradicted.heuristics()).isEqualTo(1);
        assertThat(contradicted.undelivered().stream()
                        .mapToLong(TransactionSearch.Undelivered::branches)
                        .sum())
                .as("what ended against the decision waits for a person")
                .isEqualTo(records(one, other).stream()
                                .mapToLong(record -> record.branches().size())
                                .sum()
                        - 1);
    }

    @Test
    void countsWhatEachOwnerHasLeftUndecided() {
        assertThat(search.undecided()).containsExactly(new TransactionSearch.Undecided("main", Map.of()));
        begun("orders");
        begun("orders");
        begun("billing");
        begun(null);
        Drafts.get(log.close(begun("billing"), null, null));
        decided(owned("orders"));
        Drafts.get(log.decide(new Proposal(
                1,
                begun("orders"),
                Decision.ROLLBACK,
                null,
                null,
                List.of(),
                "test",
                Duration.ofMinutes(1),
                "orders")));

        assertThat(search.undecided())
                .containsExactly(new TransactionSearch.Undecided("main", Map.of("orders", 2L, "billing", 2L)));
    }

    private static TransactionId begun(@Nullable String owner) {
        TransactionId id = Drafts.id();
        Drafts.get(log.begin(new NewTransaction(id, null, Duration.ofMinutes(1), owner, null)));
        return id;
    }

    private static List<TransactionRecord> records(TransactionId... ids) {
        return List.copyOf(Drafts.get(log.find(List.of(ids))).records().values());
    }

    @Test
    void findsByEveryStateAsItIsShown() {
        TransactionId active = Drafts.id();
        Drafts.get(log.begin(new NewTransaction(active, null, Duration.ofMinutes(1), null, null)));
        TransactionId preparing = Drafts.id();
        Drafts.get(log.begin(new NewTransaction(preparing, null, Duration.ofMinutes(1), null, null)));
        Drafts.get(log.close(preparing, null, null));
        TransactionId unconfirmed = decided(Drafts.commit(Drafts.id(), 1));
        TransactionId committing = decided(Drafts.commit(Drafts.id(), 1));
        Drafts.get(log.record(new Progress(committing, List.of(), false, Duration.ofMinutes(1))));
        TransactionId committed = completed(Drafts.commit(Drafts.id(), 1));
        TransactionId rollingBack = decided(Drafts.rollback(Drafts.id(), 1));
        Drafts.get(log.record(new Progress(rollingBack, List.of(), false, Duration.ofMinutes(1))));
        TransactionId rolledBack = completed(Drafts.rollback(Drafts.id(), 1));

        assertThat(ids(state(TransactionState.ACTIVE))).containsExactly(active);
        assertThat(ids(state(TransactionState.PREPARING))).containsExactlyInAnyOrder(preparing, unconfirmed);
        assertThat(ids(state(TransactionState.COMMITTING))).containsExactly(committing);
        assertThat(ids(state(TransactionState.COMMITTED))).containsExactly(committed);
        assertThat(ids(state(TransactionState.ROLLING_BACK))).containsExactly(rollingBack);
        assertThat(ids(state(TransactionState.ROLLED_BACK))).containsExactly(rolledBack);
        assertThat(ids(new Query(null, Set.of(), null, null, null, 500, null, null)))
                .hasSize(7);
    }

    @Test
    void anUnconfirmedDecisionIsHiddenWithAllThatWouldGiveItAway() {
        Branch branch = Drafts.branch("1", Drafts.SHOP);
        TransactionId id = decided(new Proposal(
                1, Drafts.id(), Decision.COMMIT, "checkout", null, List.of(branch), null, Duration.ofMinutes(1), null));

        TransactionRecord shown = only(search.search(new Query(null, Set.of(), "checkout", null, null, 10, null, null))
                .found());

        assertThat(shown.id()).isEqualTo(id);
        assertThat(shown.decision()).isNull();
        assertThat(shown.confirmed()).isFalse();
        assertThat(shown.decidedAt()).isNull();
        assertThat(shown.closedAt()).as("shown as PREPARING").isNotNull();
        assertThat(shown.branches()).extracting(Branch::member).containsExactly(false);

        Drafts.get(log.record(new Progress(id, List.of(), false, Duration.ofMinutes(1))));
        TransactionRecord confirmed =
                only(search.search(new Query(null, Set.of(), "checkout", null, null, 10, null, null))
                        .found());
        assertThat(confirmed.decision()).isEqualTo(Decision.COMMIT);
        assertThat(confirmed)
                .as("the same as by id")
                .isEqualTo(Drafts.get(log.find(List.of(id))).records().get(id));
    }

    @Test
    void findsByNameParticipantAndAgeTogether() {
        TransactionId shop = decided(named("checkout", Drafts.branch("1", Drafts.SHOP)));
        TransactionId both = decided(named("checkout", Drafts.branch("1", Drafts.SHOP), Drafts.branch("2", BANK)));
        TransactionId refund = decided(named("refund", Drafts.branch("1", BANK)));
        execute("update assent_transaction set changed_at = changed_at - interval '1 hour' where id = '" + both + "'");

        assertThat(ids(new Query(null, Set.of(), "checkout", null, null, 10, null, null)))
                .containsExactlyInAnyOrder(shop, both);
        assertThat(ids(new Query(null, Set.of(), null, BANK, null, 10, null, null)))
                .containsExactlyInAnyOrder(both, refund);
        assertThat(ids(new Query(null, Set.of(), null, null, Duration.ofMinutes(59), 10, null, null)))
                .containsExactly(both);
        assertThat(ids(new Query(null, Set.of(), null, null, Duration.ofMinutes(61), 10, null, null)))
                .isEmpty();
        assertThat(ids(new Query(
                        TransactionState.PREPARING,
                        Set.of(),
                        "checkout",
                        BANK,
                        Duration.ofMinutes(59),
                        10,
                        null,
                        null)))
                .containsExactly(both);
        assertThat(ids(new Query(null, Set.of(), "check", null, null, 10, null, null)))
                .as("exact")
                .isEmpty();
        assertThat(ids(new Query(null, Set.of(), null, new ParticipantName("ban"), null, 10, null, null)))
                .isEmpty();
    }

    @Test
    void findsWhatBelongsToTheCallerOrToNobody() {
        TransactionId own = decided(owned("orders"));
        TransactionId nobodys = decided(owned(null));
        TransactionId foreign = decided(owned("billing"));

        assertThat(ids(new Query(null, Set.of(), null, null, null, 10, null, "orders")))
                .containsExactlyInAnyOrder(own, nobodys);
        assertThat(ids(new Query(null, Set.of(), "refund", null, null, 10, null, "orders")))
                .isEmpty();
        assertThat(ids(new Query(null, Set.of(), null, null, null, 10, null, null)))
                .containsExactlyInAnyOrder(own, nobodys, foreign);
    }

    private static Proposal owned(@Nullable String owner) {
        return new Proposal(
                1, Drafts.id(), Decision.ROLLBACK, null, null, List.of(), "test", Duration.ofMinutes(1), owner);
    }

    @Test
    void oneRowThatCannotBeReadIsLeftOut() {
        TransactionId sound = decided(Drafts.rollback(Drafts.id(), 1));
        TransactionId broken = decided(Drafts.rollback(Drafts.id(), 1));
        execute("update assent_transaction set branches = '{}' where id = '" + broken + "'");
        assertThat(ids(new Query(null, Set.of(), null, null, null, 10, null, null)))
                .containsExactly(sound);
    }

    @Test
    void limitsAreChecked() {
        for (int limit : new int[] {0, 501}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> search.search(new Query(null, Set.of(), null, null, null, limit, null, null)))
                    .withMessageContaining("1 to 500");
        }
    }

    private static Proposal named(String name, Branch... branches) {
        return new Proposal(
                1, Drafts.id(), Decision.COMMIT, name, null, List.of(branches), null, Duration.ofMinutes(1), null);
    }

    private static Query state(@Nullable TransactionState state) {
        return new Query(state, Set.of(), null, null, null, 500, null, null);
    }

    private static List<TransactionId> ids(Query query) {
        return search.search(query).found().stream().map(TransactionRecord::id).toList();
    }

    private static TransactionId decided(Proposal proposal) {
        Drafts.get(log.decide(proposal));
        return proposal.id();
    }

    private static TransactionId completed(Proposal proposal) {
        Drafts.get(log.decide(proposal));
        Drafts.get(log.record(new Progress(
                proposal.id(),
                proposal.branches().stream()
                        .map(b -> new DecisionLog.BranchProgress(b.id(), b.ref(), BranchState.COMMITTED, true, 1, null))
                        .toList(),
                true,
                null)));
        return proposal.id();
    }

    private static TransactionRecord only(List<TransactionRecord> records) {
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    private static void execute(String sql) {
        try (Connection connection = application.getBean(DataSource.class).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
