package io.assent.bank;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;

/** Connections to {@link BankProperties.Store}. Spring's transactions know nothing of them. */
final class StorePool {

    private StorePool() {}

    /** @param socketTimeout in seconds; how long a statement may go without an answer */
    static HikariDataSource of(BankProperties properties, int socketTimeout, MeterRegistry meters) {
        BankProperties.Store settings = properties.store();
        HikariDataSource pool = new HikariDataSource();
        pool.setPoolName("store");
        pool.setJdbcUrl(settings.url());
        pool.setUsername(settings.username());
        pool.setPassword(settings.password());
        pool.setMaximumPoolSize(16);
        pool.setConnectionTimeout(2_000);
        pool.addDataSourceProperty("connectTimeout", 2);
        pool.addDataSourceProperty("socketTimeout", socketTimeout);
        pool.addDataSourceProperty("options", "-c lock_timeout=2s");
        pool.setMetricRegistry(meters);
        return pool;
    }
}
