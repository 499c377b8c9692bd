package io.assent.participant.support;

import io.assent.embeddedpostgres.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** One service of a test: a whole Spring Boot application on a port and a database of its own. */
public final class Running implements AutoCloseable {

    private final TestPostgres.Database database;
    private final ServletWebServerApplicationContext context;

    private Running(TestPostgres.Database database, ServletWebServerApplicationContext context) {
        this.database = database;
        this.context = context;
    }

    public static Running start(Class<?> application, String name, String coordinatorUrls, String... properties) {
        return start(application, name, coordinatorUrls, TestPostgres.shared().freshDatabase(name), properties);
    }

    /** Another process, as it were, on a database that may have been used before. */
    public static Running start(
            Class<?> application,
            String name,
            String coordinatorUrls,
            TestPostgres.Database database,
            String... properties) {
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--spring.main.banner-mode=off",
                "--spring.datasource.url=" + database.jdbcUrl(),
                "--spring.datasource.username=" + database.username(),
                "--spring.datasource.password=" + database.password(),
                "--spring.datasource.hikari.maximum-pool-size=4",
                "--spring.jpa.open-in-view=false",
                "--spring.jpa.hibernate.ddl-auto=update",
                "--assent.coordinator.urls=" + coordinatorUrls,
                "--assent.participant.name=" + name,
                "--assent.participant.url=http://127.0.0.1:{port}/assent/v1",
                "--assent.participant.sweep.interval=200ms",
                "--assent.participant.sweep.min-age=300ms",
                "--assent.participant.lock-timeout=500ms"));
        for (String property : properties) {
            // Given twice, Spring Boot would take both for a list.
            String key = property.substring(0, property.indexOf('=') + 1);
            arguments.removeIf(argument -> argument.startsWith(key));
            arguments.add(property);
        }
        return new Running(database, (ServletWebServerApplicationContext)
                new SpringApplicationBuilder(application).run(arguments.toArray(String[]::new)));
    }

    public String url() {
        return "http://127.0.0.1:" + context.getWebServer().getPort();
    }

    /** The participant's protocol endpoints. */
    public String protocolUrl() {
        return url() + "/assent/v1";
    }

    public TestPostgres.Database database() {
        return database;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** SQL outside of any global transaction. */
    public JdbcClient sql() {
        return JdbcClient.create(new org.springframework.jdbc.datasource.DriverManagerDataSource(
                database.jdbcUrl(), database.username(), database.password()));
    }

    public long count(String table) {
        return sql().sql("select count(*) from " + table).query(Long.class).single();
    }

    public long prepared() {
        return sql().sql("select count(*) from pg_prepared_xacts where database = current_database()")
                .query(Long.class)
                .single();
    }

    /** For Awaitility. */
    public BooleanSupplier nothingInDoubt() {
        return () -> prepared() == 0;
    }

    @Override
    public void close() {
        context.close();
    }
}
