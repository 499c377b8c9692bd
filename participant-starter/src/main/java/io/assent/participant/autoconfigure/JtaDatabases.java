package io.assent.participant.autoconfigure;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.assent.participant.jta.JtaDataSources;
import io.assent.participant.jta.SecondaryDatabase;
import io.assent.participant.jta.SecondaryResources;
import io.assent.participant.postgres.PostgresBranchResource;
import io.assent.participant.postgres.PreparedNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;

/** The databases of a service with several resources: for work a pool each that joins transactions, for ending branches another. */
final class JtaDatabases implements AutoCloseable {

    private static final String MAIN = "main";

    private final DataSourceProperties main;
    private final JtaProperties jta;
    private final ParticipantProperties participant;
    private final JtaDataSources dataSources;
    private final Map<String, DataSource> work = new ConcurrentHashMap<>();
    private final List<HikariDataSource> completion = new ArrayList<>();

    JtaDatabases(
            DataSourceProperties main,
            JtaProperties jta,
            ParticipantProperties participant,
            JtaDataSources dataSources) {
        this.main = main;
        this.jta = jta;
        this.participant = participant;
        this.dataSources = dataSources;
    }

    /** The pool of the main database. */
    DataSource main() {
        return work.computeIfAbsent(
                MAIN, name -> dataSources.create(name, PreparedNames.MAIN, settings(mainAddress())));
    }

    /** The pool of one of the others. */
    DataSource other(String name) {
        JtaProperties.Database address = Objects.requireNonNull(jta.databases().get(name), name);
        return work.computeIfAbsent(
                "other/" + name, key -> dataSources.create(name, PreparedNames.of(name), settings(address)));
    }

    /** Connections for ending branches in the main database. */
    HikariDataSource mainCompletion() {
        return completionPool(mainAddress(), "assent-completion");
    }

    /** Checks the others and makes them resources of branches. */
    void addTo(SecondaryResources resources) {
        jta.databases().forEach((name, address) -> {
            HikariDataSource pool = completionPool(address, "assent-completion-" + name);
            synchronized (completion) {
                completion.add(pool);
            }
            check(name, pool);
            resources.add(new SecondaryDatabase(
                    name,
                    new PostgresBranchResource(
                            pool, participant.participantName(), PreparedNames.of(name), Duration.ZERO)));
        });
    }

    private static void check(String name, DataSource database) {
        try (Connection connection = database.getConnection()) {
            ParticipantDatabase.check(connection);
        } catch (SQLException e) {
            throw new ParticipantStartException(
                    "The database " + name + " could not be checked (SQLSTATE " + e.getSQLState() + "): "
                            + e.getMessage() + ".",
                    "Correct assent.participant.jta.databases." + name + ", or start the database.");
        }
    }

    private HikariDataSource completionPool(JtaProperties.Database address, String name) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(address.url());
        config.setUsername(address.username());
        config.setPassword(address.password());
        return ParticipantDatabase.completionPool(config, name, participant.completionPoolSize());
    }

    private JtaDataSources.Settings settings(JtaProperties.Database address) {
        return new JtaDataSources.Settings(
                String.valueOf(address.url()),
                address.username(),
                address.password(),
                jta.poolSize(),
                jta.poolTimeout());
    }

    private JtaProperties.Database mainAddress() {
        return new JtaProperties.Database(main.determineUrl(), main.determineUsername(), main.determinePassword());
    }

    @Override
    public void close() {
        synchronized (completion) {
            completion.forEach(HikariDataSource::close);
        }
    }
}
