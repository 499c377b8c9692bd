package io.assent.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.console.ConsoleConfiguration;
import io.assent.coordinator.doctor.DoctorConfiguration;
import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.operations.OperationsConfiguration;
import io.assent.coordinator.reconciliation.Reconciliation;
import io.assent.coordinator.reconciliation.Reconciliations;
import io.assent.coordinator.security.SecurityConfiguration;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** The API on a real Tomcat and port, over a {@link FakeCoordinator}: no engine, no database. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        classes = WebTest.Application.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "assent.coordinator.web.request-timeout=2s",
            "assent.coordinator.web.max-wait=20s",
            // There is no decision log here.
            "management.endpoint.health.group.readiness.include=readinessState"
        })
public @interface WebTest {

    @SpringBootConfiguration
    @EnableAutoConfiguration(
            excludeName = {
                "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
                "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
                "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration",
                "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration"
            })
    @Import({
        SecurityConfiguration.class,
        WebConfiguration.class,
        ConsoleConfiguration.class,
        OperationsConfiguration.class,
        DoctorConfiguration.class
    })
    class Application {

        @Bean
        FakeCoordinator coordinator() {
            return new FakeCoordinator();
        }

        @Bean
        FakeLogLives logLives() {
            return new FakeLogLives();
        }

        @Bean
        FakeParticipants participants() {
            return new FakeParticipants();
        }

        /** No participant shows anything, so the log is asked for nothing. */
        @Bean
        Reconciliations reconciliations(FakeLogLives lives, FakeParticipants participants) {
            DecisionLog empty = (DecisionLog) Proxy.newProxyInstance(
                    WebTest.class.getClassLoader(), new Class<?>[] {DecisionLog.class}, (proxy, method, arguments) -> {
                        assertThat(method.getName()).isEqualTo("find");
                        return CompletableFuture.completedStage(new DecisionLog.Reading(
                                DecisionLog.Status.OK, Map.of(), Set.of(), Records.NOW, Instant.EPOCH));
                    });
            return log -> new Reconciliation(lives, empty, id -> true, participants, range -> List.of());
        }

        @Bean
        InstantSource clock() {
            return InstantSource.system();
        }

        @Bean
        FakeTakeovers takeovers() {
            return new FakeTakeovers();
        }

        @Bean
        ApiLimits limits() {
            return new ApiLimits(Duration.ofHours(1));
        }
    }
}
