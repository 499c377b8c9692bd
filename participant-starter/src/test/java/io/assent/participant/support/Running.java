package io.assent.participant.support;

import io.assent.embeddedpostgres.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.init.ScriptUtils;

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

    /**
     * A database in which the starter's table belongs to somebody else, and a role with the rights on it that docs/starter.md
     * names. The application's own tables are in a schema of the role's name.
     */
    public static TestPostgres.Database ownedByAnother(String name) {
        TestPostgres.Database owned = TestPostgres.shared().freshDatabase(name);
        String role = owned.username() + "_runtime";
        try (Connection administrator = TestPostgres.shared().server().superuserConnection();
                Statement statement = administrator.createStatement()) {
            statement.execute("create role " + role + " login password 'runtime'");
            statement.execute("grant connect on database " + owned.name() + " to " + role);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        try (Connection owner = DriverManager.getConnection(owned.jdbcUrl(), owned.username(), owned.password());
                Statement statement = owner.createStatement()) {
            ScriptUtils.executeSqlScript(owner, new ClassPathResource("io/assent/participant/schema-postgresql.sql"));
            statement.execute("grant select, insert, delete on assent_branch_marker to " + role);
            statement.execute("create schema " + role);
            statement.execute("grant usage, create on schema " + role + " to " + role);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return new TestPostgres.Database(owned.jdbcUrl(), owned.name(), role, "runtime");
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
