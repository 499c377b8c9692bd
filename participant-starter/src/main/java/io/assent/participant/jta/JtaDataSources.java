package io.assent.participant.jta;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.AgroalConnectionPoolConfiguration.ConnectionValidator;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.assent.participant.postgres.PreparedNames;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Makes pools whose connections join the thread's transaction. */
public final class JtaDataSources {

    private static final String DRIVER = "org.postgresql.xa.PGXADataSource";

    private final NarayanaRuntime narayana;
    private final JtaBranches branches;

    public JtaDataSources(NarayanaRuntime narayana, JtaBranches branches) {
        this.narayana = narayana;
        this.branches = branches;
    }

    /**
     * One PostgreSQL database.
     *
     * @param url JDBC address
     * @param poolSize connections at most
     * @param poolTimeout the longest wait for one
     */
    public record Settings(
            String url, @Nullable String username, @Nullable String password, int poolSize, Duration poolTimeout) {}

    /**
     * A pool; closing it closes its connections. Connects at the first use.
     *
     * @param name of the resource
     * @param names of what is prepared there
     */
    public DataSource create(String name, PreparedNames names, Settings settings) {
        AgroalDataSourceConfigurationSupplier configuration = new AgroalDataSourceConfigurationSupplier();
        configuration
                .connectionPoolConfiguration()
                .maxSize(settings.poolSize())
                .acquisitionTimeout(settings.poolTimeout())
                // A connection that the server has closed meanwhile would fail the first branch that gets it.
                .connectionValidator(ConnectionValidator.defaultValidator())
                .idleValidationTimeout(Duration.ofSeconds(1))
                .transactionIntegration(new DatabaseEnlistment(narayana, branches, name, names))
                .connectionFactoryConfiguration()
                .connectionProviderClassName(DRIVER)
                .jdbcUrl(settings.url());
        if (settings.username() != null) {
            configuration
                    .connectionPoolConfiguration()
                    .connectionFactoryConfiguration()
                    .principal(new NamePrincipal(settings.username()));
        }
        if (settings.password() != null) {
            configuration
                    .connectionPoolConfiguration()
                    .connectionFactoryConfiguration()
                    .credential(new SimplePassword(settings.password()));
        }
        try {
            return AgroalDataSource.from(configuration);
        } catch (SQLException e) {
            throw new IllegalStateException("The pool of " + name + " could not be made: " + e.getMessage(), e);
        }
    }
}
