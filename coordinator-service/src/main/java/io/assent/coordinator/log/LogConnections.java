package io.assent.coordinator.log;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * Makes every connection to the decision log: to the primary, whichever of the hosts in the address that is now, verified
 * (L4), and bounded by a socket timeout and by nothing else (L2).
 *
 * <p><b>Which host.</b> They are asked one after the other, beginning with the one that was the primary last; the first that
 * is found fit is taken. The driver's own choice is not enough: an old primary that has come back says that it is one, and
 * would be chosen and refused for ever.
 *
 * <p><b>After a failover.</b> A standby that is promoted starts a new timeline. The first connection that leads to it cuts
 * all those to the server that it has replaced: that one may hang, or answer with what was never replicated (L5). A write
 * under way there ends as after a lost reply, with its result unknown; nothing is cancelled.
 *
 * <p>Thread-safe.
 */
final class LogConnections {

    private static final Logger log = LoggerFactory.getLogger(LogConnections.class);

    private final LogDatabase database;
    private final LogProperties properties;
    private final ConnectionVerifier verifier;
    private final List<Host> hosts = new ArrayList<>();
    private final Map<Connection, Long> timelines = new ConcurrentHashMap<>();
    private volatile int primary;

    private record Host(String name, int port) {}

    LogConnections(LogDatabase database, LogProperties properties, ConnectionVerifier verifier) {
        this.database = database;
        this.properties = properties;
        this.verifier = verifier;
        PGSimpleDataSource address = new PGSimpleDataSource();
        address.setUrl(database.url());
        String[] names = address.getServerNames();
        int[] ports = address.getPortNumbers();
        for (int i = 0; i < names.length; i++) {
            hosts.add(new Host(names[i], ports[i]));
        }
        verifier.onFailover(this::cutOlderThan);
    }

    ConnectionVerifier verifier() {
        return verifier;
    }

    /** Connections of this name, on which a reply is waited for as long as the properties say. */
    DataSource named(String applicationName) {
        return named(applicationName, properties.socketTimeout());
    }

    /**
     * @param applicationName what the server calls these connections
     * @param socketTimeout how long a reply is waited for; zero: until it is there
     */
    DataSource named(String applicationName, Duration socketTimeout) {
        return dataSource(applicationName, socketTimeout, 0, "");
    }

    /**
     * Connections of this name for a few statements that are executed again and again. The server plans each of them once. It
     * would else weigh a plan for the very values against that, and planning what decides takes longer than executing it.
     */
    DataSource planningOnce(String applicationName) {
        return dataSource(applicationName, properties.socketTimeout(), 0, " -c plan_cache_mode=force_generic_plan");
    }

    /**
     * Connections to another host than the one that was the primary last. For when that one goes on and finishes no write:
     * it may have been replaced without being told, and then it looks like one whose standbys are away. Only another host
     * can tell. One that is found is the primary from now on.
     */
    DataSource elsewhere(String applicationName) {
        return dataSource(applicationName, properties.connectTimeout(), 1, "");
    }

    /**
     * @param skipped how many hosts are not asked, beginning with the one that was the primary last
     * @param options further ones of the session, each after a space
     */
    private DataSource dataSource(String applicationName, Duration socketTimeout, int skipped, String options) {
        List<PGSimpleDataSource> drivers = hosts.stream()
                .map(host -> driver(host, applicationName, options))
                .toList();
        return new AbstractDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                return toPrimary(drivers, socketTimeout, skipped);
            }

            @Override
            public Connection getConnection(String username, String password) throws SQLException {
                throw new SQLException("the decision log has one user");
            }

            /** Pools set one; it would end an attempt at all hosts because the first is paused. Each has its own. */
            @Override
            public void setLoginTimeout(int seconds) {}
        };
    }

    private PGSimpleDataSource driver(Host host, String applicationName, String options) {
        PGSimpleDataSource driver = new PGSimpleDataSource();
        driver.setUrl(database.url());
        driver.setServerNames(new String[] {host.name()});
        driver.setPortNumbers(new int[] {host.port()});
        driver.setTargetServerType("any");
        if (database.username() != null) {
            driver.setUser(database.username());
        }
        if (database.password() != null) {
            driver.setPassword(database.password());
        }
        driver.setApplicationName(applicationName);
        driver.setOptions(options(driver.getOptions()) + options);
        int connectSeconds = Math.toIntExact(properties.connectTimeout().toSeconds());
        driver.setConnectTimeout(connectSeconds);
        // Until it is verified: a paused server accepts connections and never answers.
        driver.setSocketTimeout(connectSeconds);
        driver.setTcpKeepAlive(true);
        return driver;
    }

    /**
     * No just-in-time compilation, which many servers have on: the statement that decides is long and runs for a millisecond,
     * and would be compiled for half a second each time.
     */
    private static String options(@Nullable String given) {
        return (given == null || given.isBlank() ? "" : given + " ") + "-c jit=off";
    }

    private Connection toPrimary(List<PGSimpleDataSource> drivers, Duration socketTimeout, int skipped)
            throws SQLException {
        int first = primary;
        List<SQLException> failures = new ArrayList<>();
        for (int i = skipped; i < drivers.size(); i++) {
            int host = (first + i) % drivers.size();
            try {
                Connection connection = verified(drivers.get(host), socketTimeout);
                primary = host;
                return connection;
            } catch (SQLException e) {
                failures.add(e);
            }
        }
        throw failures.size() == 1 ? failures.get(0) : none(first + skipped, failures);
    }

    private SQLException none(int first, List<SQLException> failures) {
        if (failures.isEmpty()) {
            return new SQLException("the decision log has no other server", "08001");
        }
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i < failures.size(); i++) {
            Host host = hosts.get((first + i) % hosts.size());
            reasons.add(host.name() + ":" + host.port() + ": " + failures.get(i).getMessage());
        }
        SQLException none = new SQLException(
                "no server of the decision log can be used now (" + String.join("; ", reasons) + ")",
                "08001",
                failures.get(0));
        failures.subList(1, failures.size()).forEach(none::addSuppressed);
        return none;
    }

    private Connection verified(PGSimpleDataSource driver, Duration socketTimeout) throws SQLException {
        Connection connection = driver.getConnection();
        try {
            long timeline = verifier.verify(connection).timeline();
            connection.setNetworkTimeout(Runnable::run, Math.toIntExact(socketTimeout.toMillis()));
            timelines.put(connection, timeline);
            forgetClosed();
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** Few connections are ever made, and few are open: looking through all of them is cheap. */
    private void forgetClosed() {
        timelines.keySet().removeIf(connection -> {
            try {
                return connection.isClosed();
            } catch (SQLException e) {
                return true;
            }
        });
    }

    private void cutOlderThan(long timeline) {
        int cut = 0;
        for (Map.Entry<Connection, Long> made : timelines.entrySet()) {
            if (made.getValue() < timeline) {
                timelines.remove(made.getKey());
                cut += cut(made.getKey());
            }
        }
        if (cut > 0) {
            log.info("{} connections to the server that was replaced are cut.", cut);
        }
    }

    private static int cut(Connection connection) {
        try {
            if (connection.isClosed()) {
                return 0;
            }
            connection.abort(Runnable::run);
            return 1;
        } catch (SQLException e) {
            log.debug("Cutting a broken connection", e);
            return 0;
        }
    }
}
