package io.assent.coordinator.config;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what a start without a usable database needs, instead of forty frames. */
final class DatabaseFailureAnalyzer extends AbstractFailureAnalyzer<SQLException> {

    private static final String CONNECTION =
            "Check spring.datasource.url, .username and .password (or those of assent.coordinator.log.shards), and that the server is a PostgreSQL primary that this"
                    + " host can reach. Without spring.datasource.url an embedded PostgreSQL is used.";

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SQLException cause) {
        return new FailureAnalysis(
                "The decision log cannot be used: " + cause.getMessage(),
                switch (String.valueOf(cause.getSQLState())) {
                    case "42501" ->
                        "Let the owner of the log execute what is missing, or all of db/roles.sql, and set"
                                + " spring.flyway.enabled=false. Or give the coordinator the owner: with spring.flyway.user and"
                                + " .password it migrates and grants by itself. docs/security.md says more.";
                    case "42P01" ->
                        "Migrate the log as its owner: java -jar coordinator-service.jar migrate, or set spring.flyway.user and"
                                + " .password. docs/security.md says more.";
                    default -> CONNECTION;
                },
                cause);
    }
}
