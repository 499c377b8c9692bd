package io.assent.participant.autoconfigure;

import io.assent.participant.postgres.PreparedNames;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Branches with several resources, with {@code assent.participant.resources=jta}. The main database is that of spring.datasource.
 *
 * @param nodeIdentifier names this process among all that work with the same databases and brokers, each replica another: 1 to 28 letters, digits, dots, hyphens and underscores, and not 1
 * @param objectStore where Narayana keeps the log of transactions of this service alone
 * @param transactionTimeout after which a local transaction that names no timeout is rolled back; 1s to 1h, whole seconds
 * @param recovery Narayana's recovery of transactions of this service alone
 * @param poolSize connections to each database; 1 to 1000
 * @param poolTimeout longest wait for one of them; 10ms to 10m
 * @param jmsConnections connections to the message broker; 1 to 100
 * @param databases further PostgreSQL databases, at most 8: name to url, username and password. Each becomes a DataSource bean of that name
 */
@ConfigurationProperties("assent.participant.jta")
public record JtaProperties(
        @Nullable String nodeIdentifier,
        @DefaultValue ObjectStore objectStore,
        @DefaultValue("5m") Duration transactionTimeout,
        @DefaultValue Recovery recovery,
        @DefaultValue("10") int poolSize,
        @DefaultValue("5s") Duration poolTimeout,
        @DefaultValue("4") int jmsConnections,
        @DefaultValue Map<String, Database> databases) {

    private static final String PREFIX = "assent.participant.jta.";

    private static final int MAX_DATABASES = 8;

    public JtaProperties {
        if (nodeIdentifier == null || nodeIdentifier.isBlank()) {
            throw new IllegalArgumentException(
                    PREFIX + "node-identifier is missing. Give each replica its own, one that it"
                            + " keeps over restarts, for example the name of a StatefulSet's pod: " + PREFIX
                            + "node-identifier=${HOSTNAME}.");
        }
        if (nodeIdentifier.equals("1")) {
            throw new IllegalArgumentException(
                    PREFIX + "node-identifier=1 is what every Narayana is called that nobody has"
                            + " named, and they would roll back each other's transactions. Give each replica its own.");
        }
        if (!nodeIdentifier.matches("[A-Za-z0-9._-]{1,28}")) {
            throw new IllegalArgumentException(PREFIX + "node-identifier=" + nodeIdentifier
                    + " has not 1 to 28 letters, digits, dots, hyphens and underscores.");
        }
        wholeSeconds("transaction-timeout", transactionTimeout, Duration.ofSeconds(1), Duration.ofHours(1));
        Checks.range(PREFIX + "pool-size", poolSize, 1, 1_000);
        Checks.range(PREFIX + "pool-timeout", poolTimeout, Duration.ofMillis(10), Duration.ofMinutes(10));
        Checks.range(PREFIX + "jms-connections", jmsConnections, 1, 100);
        Checks.range(PREFIX + "databases", databases.size(), 0, MAX_DATABASES);
        databases = Map.copyOf(databases);
        databases.forEach(JtaProperties::check);
    }

    private static void check(String name, Database database) {
        if (!name.matches(PreparedNames.RESOURCE_FORM) || name.equals("jms")) {
            throw new IllegalArgumentException(
                    PREFIX + "databases." + name + ": a database's name has 1 to 11 lower-case"
                            + " letters, digits and hyphens, begins with a letter and is not jms.");
        }
        if (database.url() == null || !database.url().startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException(PREFIX + "databases." + name + ".url=" + database.url()
                    + " is no address of a PostgreSQL database," + " such as jdbc:postgresql://host:5432/name.");
        }
    }

    private static void wholeSeconds(String name, Duration value, Duration min, Duration max) {
        Checks.range(PREFIX + name, value, min, max);
        if (value.toNanosPart() != 0) {
            throw new IllegalArgumentException(PREFIX + name + "=" + value + " has no whole number of seconds.");
        }
    }

    /**
     * Where Narayana keeps its log.
     *
     * @param directory a directory of this process alone that outlives it: on a volume
     * @param allowEphemeral whether it may be in a place that a restart can empty: tmpfs, a temporary directory, a container's own file system
     */
    public record ObjectStore(
            @Nullable String directory,
            @DefaultValue("false") boolean allowEphemeral) {}

    /**
     * When Narayana looks for what a killed process left behind.
     *
     * @param interval between two passes; 10s to 1h, whole seconds
     * @param backoff between the two looks of a pass, longer than a commit takes; 1s to 5m, whole seconds
     */
    public record Recovery(
            @DefaultValue("2m") Duration interval,
            @DefaultValue("10s") Duration backoff) {

        public Recovery {
            wholeSeconds("recovery.interval", interval, Duration.ofSeconds(10), Duration.ofHours(1));
            wholeSeconds("recovery.backoff", backoff, Duration.ofSeconds(1), Duration.ofMinutes(5));
        }
    }

    /**
     * One more PostgreSQL database.
     *
     * @param url JDBC address
     * @param username user, may be part of the address instead
     * @param password its password
     */
    public record Database(
            @Nullable String url,
            @Nullable String username,
            @Nullable String password) {

        @Override
        public String toString() {
            return "Database[url=" + url + "]";
        }
    }
}
