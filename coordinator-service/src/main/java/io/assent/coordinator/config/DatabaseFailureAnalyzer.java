package io.assent.coordinator.config;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what a start without a usable database needs, instead of forty frames. */
final class DatabaseFailureAnalyzer extends AbstractFailureAnalyzer<SQLException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SQLException cause) {
        return new FailureAnalysis(
                "The decision log cannot be used: " + cause.getMessage(),
                "Check spring.datasource.url, .username and .password (or those of assent.coordinator.log.shards), and that the server is a PostgreSQL primary that this"
                        + " host can reach. Without spring.datasource.url an embedded PostgreSQL is used.",
                cause);
    }
}
