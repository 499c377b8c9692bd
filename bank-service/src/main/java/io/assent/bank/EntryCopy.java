package io.assent.bank;

import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The same entries once more, in a second database of the same branch: whoever compares them sees whether it was split. */
@Repository
@ConditionalOnProperty("assent.participant.jta.databases.copy.url")
class EntryCopy {

    private static final String CONNECTIONS = "bank.connections.active";

    private final JdbcClient sql;

    EntryCopy(DataSource main, @Qualifier("copy") DataSource copy, MeterRegistry meters) {
        Flyway.configure()
                .dataSource(copy)
                .locations("classpath:db/copy")
                .load()
                .migrate();
        this.sql = JdbcClient.create(copy);
        Map.of("main", main, "copy", copy).forEach((name, pool) -> count(name, (AgroalDataSource) pool, meters));
    }

    void book(String transfer, Transfer.Entry entry, @Nullable UUID transaction) {
        SqlLedger.insert(sql, transfer, entry, transaction);
    }

    /** Agroal's pools are not among those that Spring Boot counts. */
    private static void count(String name, AgroalDataSource pool, MeterRegistry meters) {
        pool.getConfiguration().setMetricsEnabled(true);
        Gauge.builder(CONNECTIONS, pool, each -> each.getMetrics().activeCount())
                .description("Connections in use")
                .tag("database", name)
                .register(meters);
    }
}
