package io.assent.participant.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.participant.jta.BrokerConnections;
import java.nio.file.Path;
import java.util.Map;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;

/**
 * Goal: what could lose a transaction, or roll back another process's, stops the start and names the remedy. Method:
 * ApplicationContextRunner; none of these starts gets as far as Narayana.
 */
class JtaAutoConfigurationIntegrationTests {

    @TempDir
    static Path directory;

    private static TestPostgres.Database database;

    /** Where Narayana's log was before, by default: its settings outlive a context, and would refuse the next in this JVM. */
    private static final String UNTOUCHED = narayanasDirectory();

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    JtaAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    TransactionAutoConfiguration.class,
                    AopAutoConfiguration.class,
                    ParticipantAutoConfiguration.class))
            .withPropertyValues(
                    "spring.datasource.url=" + database.jdbcUrl(),
                    "spring.datasource.username=" + database.username(),
                    "spring.datasource.password=" + database.password(),
                    "assent.coordinator.urls=http://localhost:1",
                    "assent.participant.name=test",
                    "assent.participant.resources=jta",
                    "assent.participant.jta.node-identifier=test-0",
                    "assent.participant.jta.object-store.directory=" + directory);

    @BeforeAll
    static void database() {
        database = TestPostgres.shared().freshDatabase("jtaconfig");
    }

    @AfterEach
    void narayana_was_not_reached() {
        assertThat(narayanasDirectory()).isEqualTo(UNTOUCHED);
    }

    private static String narayanasDirectory() {
        return BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class)
                .getObjectStoreDir();
    }

    @Test
    void late_prepare_does_not_go_with_it() {
        runner.withPropertyValues(
                        "assent.participant.prepare=late", "assent.participant.jta.object-store.allow-ephemeral=true")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("prepare=late does not go with assent.participant.resources=jta"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "assent.participant.jta.node-identifier=  | node-identifier is missing. Give each replica its own",
                "assent.participant.jta.node-identifier=1 | what every Narayana is called that nobody has named",
                "assent.participant.jta.node-identifier=a-name-of-29-characters-is-not | has not 1 to 28 letters",
                "assent.participant.jta.node-identifier=pod/0 | has not 1 to 28 letters",
                "assent.participant.jta.object-store.directory=  | object-store.directory is not set",
                "assent.participant.jta.transaction-timeout=2h | transaction-timeout=PT2H is out of range",
                "assent.participant.jta.transaction-timeout=1500ms | no whole number of seconds",
                "assent.participant.jta.recovery.interval=1s | recovery.interval=PT1S is out of range",
                "assent.participant.jta.recovery.backoff=6m | recovery.backoff=PT6M is out of range",
                "assent.participant.jta.pool-size=0 | pool-size=0 is out of range: 1 to 1000",
                "assent.participant.jta.pool-timeout=1ms | pool-timeout=PT0.001S is out of range",
                "assent.participant.jta.jms-connections=101 | jms-connections=101 is out of range: 1 to 100",
                "assent.participant.jta.databases.ledger.url=jdbc:h2:mem:x | no address of a PostgreSQL database",
                "assent.participant.jta.databases.ledger.username=x | no address of a PostgreSQL database",
                "assent.participant.jta.databases.jms.url=jdbc:postgresql:x | is not jms",
                "assent.participant.jta.databases.a-name-of-12.url=jdbc:postgresql:x | a database's name has 1 to 11"
            })
    void a_wrong_property_stops_the_start_and_is_named(String property, String message) {
        runner.withPropertyValues(property.trim())
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining(message.trim()));
    }

    @Test
    void a_temporary_directory_is_refused_as_object_store() {
        runner.run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(ParticipantStartException.class)
                .hasMessageContaining("in a temporary directory")
                .hasMessageContaining("on a volume")
                .hasMessageContaining("allow-ephemeral=true"));
    }

    @Test
    void memory_is_refused_as_object_store() {
        runner.withPropertyValues("assent.participant.jta.object-store.directory=/dev/shm/assent-test")
                .run(context ->
                        assertThat(context).getFailure().rootCause().hasMessageContaining("object-store.directory"));
    }

    @ParameterizedTest
    @CsvSource({
        "com.arjuna,           org.jboss.narayana.jta:narayana-jta",
        "io.agroal.narayana,   io.agroal:agroal-narayana",
        "org.messaginghub,     org.messaginghub:pooled-jms"
    })
    void a_missing_library_is_named(String missing, String artifact) {
        runner.withClassLoader(new FilteredClassLoader(missing))
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(ParticipantStartException.class)
                        .hasMessageContaining(artifact));
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void a_connection_factory_that_takes_no_part_is_named(CapturedOutput output) {
        BrokerConnections connections = new BrokerConnections(null, null, null, null, 1);
        JtaAutoConfiguration.Jms.warnOfPlain(Map.of("audit", new ActiveMQConnectionFactory("vm://0")), connections);
        assertThat(output).contains("The ConnectionFactory audit takes no part in branches");
    }

    @Test
    void with_one_database_nothing_of_it_is_there_or_asked_for() {
        runner.withPropertyValues("assent.participant.resources=postgres", "assent.participant.jta.node-identifier=")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("assentNarayana"));
    }

    @Test
    void a_word_that_is_neither_is_refused() {
        runner.withPropertyValues("assent.participant.resources=xa")
                .run(context ->
                        assertThat(context).getFailure().hasStackTraceContaining("assent.participant.resources"));
    }
}
