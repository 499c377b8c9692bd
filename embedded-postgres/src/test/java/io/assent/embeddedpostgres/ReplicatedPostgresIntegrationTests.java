package io.assent.embeddedpostgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: what a pair has committed survives the loss of its primary, and nothing is committed by one server alone.
 * Method: real servers that are killed, paused, promoted and copied.
 */
class ReplicatedPostgresIntegrationTests {

    @TempDir
    Path directory;

    @Test
    void theStandbyHasWhatWasCommittedOrPreparedWhenThePrimaryIsKilled() throws SQLException {
        try (ReplicatedPostgres pair = ReplicatedPostgres.temporary()) {
            pair.createDatabase("shop", "shop", "secret");
            execute(pair, "create table t (id int)", "insert into t values (1)");
            execute(pair, "begin", "insert into t values (2)", "prepare transaction 'in-doubt'");
            EmbeddedPostgres lost = pair.primary();
            EmbeddedPostgres survivor = pair.standby();
            assertThat(survivor.isStandby()).isTrue();

            lost.kill();
            pair.failOver();

            assertThat(pair.primary()).isSameAs(survivor);
            assertThat(pair.standby()).isSameAs(lost);
            assertThat(survivor.isStandby()).isFalse();
            assertThat(lost.isStandby()).isTrue();
            execute(pair, "commit prepared 'in-doubt'");
            assertThat(query(pair, "select count(*) from t")).isEqualTo("2");
            assertThat(query(lost.jdbcUrl("shop"), "select count(*) from t"))
                    .as("readable at the rebuilt standby once it has replayed it")
                    .isNotNull();
            pair.failOver();
            assertThat(query(pair, "select count(*) from t")).as("and back").isEqualTo("2");
        }
    }

    @Test
    void aCommitWaitsForTheStandbyAndNoLonger() throws Exception {
        try (ReplicatedPostgres pair = ReplicatedPostgres.temporary()) {
            pair.createDatabase("shop", "shop", "secret");
            execute(pair, "create table t (id int)");
            pair.standby().pause();
            CompletableFuture<Void> insert = insertLater(pair);
            await().until(() -> waitingForStandby(pair.primary()) == 1);
            assertThat(insert).isNotDone();
            pair.standby().resume();
            insert.join();

            pair.standby().kill();
            CompletableFuture<Void> second = insertLater(pair);
            await().until(() -> waitingForStandby(pair.primary()) == 1);
            pair.standby().restart();
            second.join();
            assertThat(query(pair, "select count(*) from t")).isEqualTo("2");
        }
    }

    @Test
    void aPrimaryThatWasReplacedWhilePausedCommitsNothingWhenItGoesOn() throws Exception {
        try (ReplicatedPostgres pair = ReplicatedPostgres.temporary()) {
            pair.createDatabase("shop", "shop", "secret");
            execute(pair, "create table t (id int)");
            EmbeddedPostgres old = pair.primary();
            old.pause();
            pair.promoteStandby();
            old.resume();
            CompletableFuture<Void> lost = CompletableFuture.runAsync(() -> {
                try {
                    execute(old.jdbcUrl("shop"), "insert into t values (666)");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().until(() -> waitingForStandby(old) == 1);
            assertThat(lost).isNotDone();

            pair.rebuildStandby();

            assertThat(lost).isCompletedExceptionally();
            execute(pair, "insert into t values (1)");
            assertThat(query(pair, "select string_agg(id::text, ',') from t")).isEqualTo("1");
        }
    }

    @Test
    void aPairThatIsOpenedAgainKeepsItsRoles() throws SQLException {
        int port;
        try (ReplicatedPostgres pair = open()) {
            pair.createDatabase("shop", "shop", "secret");
            execute(pair, "create table t (id int)");
            pair.primary().kill();
            pair.failOver();
            execute(pair, "insert into t values (1)");
            port = pair.primary().port();
            assertThatIllegalStateException().isThrownBy(pair.primary()::promote);
        }
        try (ReplicatedPostgres pair = open()) {
            assertThat(pair.primary().directory().getFileName()).hasToString("two");
            assertThat(pair.standby().isStandby()).isTrue();
            execute(pair, "insert into t values (2)");
            assertThat(query(pair, "select count(*) from t")).isEqualTo("2");
            assertThat(port).isPositive();
        }
    }

    @Test
    void aFailoverThatWasInterruptedIsFinishedByTheNextStart() throws SQLException {
        try (ReplicatedPostgres pair = open()) {
            pair.createDatabase("shop", "shop", "secret");
            execute(pair, "create table t (id int)", "insert into t values (1)");
            pair.primary().kill();
            pair.promoteStandby();
        }
        try (ReplicatedPostgres pair = open()) {
            assertThat(pair.primary().directory().getFileName()).hasToString("two");
            assertThat(pair.standby().isStandby())
                    .as("the replaced primary was copied anew")
                    .isTrue();
            execute(pair, "insert into t values (2)");
            assertThat(query(pair, "select count(*) from t")).isEqualTo("2");
        }
    }

    @Test
    void aPrimarysDataIsNotTurnedIntoAStandbyUnasked() {
        try (EmbeddedPostgres primary = EmbeddedPostgres.temporary()) {
            EmbeddedPostgres.builder().dataDirectory(directory).start().close();
            EmbeddedPostgres.Builder standby =
                    EmbeddedPostgres.builder().dataDirectory(directory).standbyOf(primary, "standby");
            assertThatExceptionOfType(EmbeddedPostgresException.class)
                    .isThrownBy(standby::start)
                    .withMessageContaining("is a primary's, not a standby's: nothing was changed");
        }
    }

    private ReplicatedPostgres open() {
        return ReplicatedPostgres.builder().dataDirectory(directory).start();
    }

    private static CompletableFuture<Void> insertLater(ReplicatedPostgres pair) {
        return CompletableFuture.runAsync(() -> {
            try {
                execute(pair, "insert into t values (1)");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static int waitingForStandby(EmbeddedPostgres server) throws SQLException {
        try (Connection connection = server.superuserConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select count(*) from pg_stat_activity where wait_event = 'SyncRep'")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static void execute(ReplicatedPostgres pair, String... statements) throws SQLException {
        execute(pair.jdbcUrl("shop"), statements);
    }

    private static void execute(String url, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "shop", "secret");
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static String query(ReplicatedPostgres pair, String sql) throws SQLException {
        return query(pair.jdbcUrl("shop"), sql);
    }

    private static String query(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "shop", "secret");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
