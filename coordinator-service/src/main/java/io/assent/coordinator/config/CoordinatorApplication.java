package io.assent.coordinator.config;

import io.assent.coordinator.console.ConsoleConfiguration;
import io.assent.coordinator.doctor.DoctorConfiguration;
import io.assent.coordinator.management.ManagementConfiguration;
import io.assent.coordinator.operations.OperationsConfiguration;
import io.assent.coordinator.security.SecurityConfiguration;
import io.assent.coordinator.web.WebConfiguration;
import java.util.Arrays;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * The coordinator service. Its parts are named here instead of being scanned for, so that one can see what it is made of.
 * What there is once for each decision log is in {@link LogConfiguration}.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
@Import({
    DatabaseConfiguration.class,
    DecisionLogsConfiguration.class,
    EngineConfiguration.class,
    ParticipantConfiguration.class,
    ManagementConfiguration.class,
    OperationsConfiguration.class,
    DoctorConfiguration.class,
    SecurityConfiguration.class,
    WebConfiguration.class,
    TracingConfiguration.class,
    ConsoleConfiguration.class
})
public class CoordinatorApplication {

    /** @param args {@code migrate} first: the logs are migrated, and nothing is served */
    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals(MigrationApplication.COMMAND)) {
            MigrationApplication.run(Arrays.copyOfRange(args, 1, args.length));
        } else {
            SpringApplication.run(CoordinatorApplication.class, args);
        }
    }
}
