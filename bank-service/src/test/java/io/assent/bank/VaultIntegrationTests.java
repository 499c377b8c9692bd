package io.assent.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.embeddedpostgres.TestPostgres;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Goal: the vault ends each reservation once, and is not confused by what arrives twice, late or in another order. Method: its
 * functions in a real PostgreSQL.
 */
class VaultIntegrationTests {

    private final UUID key = UUID.randomUUID();
    private static JdbcClient vault;

    @BeforeAll
    static void migrate() {
        TestPostgres.Database database = TestPostgres.shared().freshDatabase("vault");
        DriverManagerDataSource source =
                new DriverManagerDataSource(database.jdbcUrl(), database.username(), database.password());
        Flyway.configure()
                .dataSource(source)
                .locations("classpath:db/vault")
                .load()
                .migrate();
        vault = JdbcClient.create(source);
    }

    @BeforeEach
    void twoAccounts() {
        vault.sql("truncate account, reservation, change").update();
        vault.sql("select open_accounts('{a,b}', '{100,0}')").query().singleRow();
    }

    @Test
    void reserved_money_is_there_and_cannot_be_spent_by_others() {
        reserve(key, -70, 70);

        assertThat(account("a")).isEqualTo("100/70");
        assertThat(account("b")).isEqualTo("0/0");
        assertThatThrownBy(() -> reserve(UUID.randomUUID(), -31, 31)).hasMessageContaining("too little money");
        reserve(UUID.randomUUID(), -30, 30);
    }

    @Test
    void a_confirmed_reservation_moves_its_money_once() {
        reserve(key, -70, 70);

        end("confirm", key);
        end("confirm", key);

        assertThat(account("a")).isEqualTo("30/0");
        assertThat(account("b")).isEqualTo("70/0");
        assertThatThrownBy(() -> end("cancel", key)).hasMessageContaining("is confirmed");
    }

    @Test
    void a_cancelled_reservation_gives_its_money_free_once() {
        reserve(key, -70, 70);
        reserve(UUID.randomUUID(), -10, 10);

        end("cancel", key);
        end("cancel", key);

        assertThat(account("a")).isEqualTo("100/10");
        assertThat(account("b")).isEqualTo("0/0");
        assertThatThrownBy(() -> end("confirm", key)).hasMessageContaining("not there to be confirmed");
    }

    @Test
    void a_reservation_that_arrives_after_its_cancellation_is_refused() {
        end("cancel", key);

        assertThatThrownBy(() -> reserve(key, -70, 70)).hasMessageContaining("is cancelled");
        assertThat(account("a")).isEqualTo("100/0");
    }

    @Test
    void a_reservation_that_arrives_twice_counts_once() {
        reserve(key, -70, 70);
        reserve(key, -70, 70);

        assertThat(account("a")).isEqualTo("100/70");
    }

    @Test
    void nothing_is_confirmed_that_was_not_reserved() {
        assertThatThrownBy(() -> end("confirm", key)).hasMessageContaining("not there to be confirmed");
    }

    @Test
    void a_reservation_that_is_refused_leaves_nothing() {
        assertThatThrownBy(() -> reserve(key, 5, -5)).hasMessageContaining("too little money");

        assertThat(vault.sql("select count(*) from reservation")
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(account("a")).isEqualTo("100/0");
    }

    private void reserve(UUID reservation, long a, long b) {
        vault.sql("select reserve(?, ?, 't', '{a,b}', array[?, ?]::bigint[])")
                .param(reservation)
                .param(UUID.randomUUID())
                .param(a)
                .param(b)
                .query()
                .singleRow();
    }

    private void end(String function, UUID reservation) {
        vault.sql("select " + function + "(?)").param(reservation).query().singleRow();
    }

    /** Balance and what is held of it. */
    private String account(String id) {
        return vault.sql("select balance || '/' || held from account where id = ?")
                .param(id)
                .query(String.class)
                .single();
    }
}
