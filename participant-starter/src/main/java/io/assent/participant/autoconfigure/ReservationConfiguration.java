package io.assent.participant.autoconfigure;

import io.assent.participant.GlobalTransactionTemplate;
import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.LateBranches;
import io.assent.participant.postgres.ReservationLog;
import io.assent.participant.tcc.ReservationEnder;
import io.assent.participant.tcc.ReservationMethods;
import io.assent.participant.tcc.Reservations;
import io.assent.participant.tcc.TryInterceptor;
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.transaction.PlatformTransactionManager;

/** Try-Confirm-Cancel: found at the start, and nothing of it is asked of the database where there is none. */
@Configuration(proxyBeanMethods = false)
class ReservationConfiguration {

    private static final Logger log = LoggerFactory.getLogger(ReservationConfiguration.class);

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static TryInterceptor assentTryInterceptor(
            ObjectProvider<GlobalTransactionTemplate> template,
            ObjectProvider<Reservations> reservations,
            ObjectProvider<ReservationMethods> methods,
            ObjectProvider<LateBranches> late,
            ObjectProvider<DataSource> dataSource) {
        return new TryInterceptor(new TryInterceptor.Parts(
                template::getObject,
                reservations::getObject,
                methods::getObject,
                late::getObject,
                dataSource::getObject));
    }

    @Bean
    ReservationMethods assentReservationMethods(ConfigurableListableBeanFactory beans) {
        return new ReservationMethods(beans);
    }

    @Bean
    Reservations assentReservations(
            ReservationMethods methods,
            ParticipantProperties properties,
            BranchService.Runtime runtime,
            ObjectProvider<ParticipantDatabase> database,
            ObjectProvider<DataSource> dataSource,
            ObjectProvider<PlatformTransactionManager> transactionManager) {
        ReservationLog reservations = new ReservationLog(
                () -> database.getObject().completion(),
                properties.reservations().cancelDelay());
        return new Reservations(
                reservations,
                new ReservationEnder(reservations, methods, dataSource::getObject, transactionManager::getObject),
                runtime.random());
    }

    /** When all beans are made and before the first request comes in. */
    @Bean
    SmartInitializingSingleton assentReservationStart(
            ReservationMethods methods,
            Reservations reservations,
            ParticipantProperties properties,
            ObjectProvider<ParticipantDatabase> database) {
        return () -> {
            methods.find();
            ParticipantDatabase tables = database.getIfAvailable();
            Collection<String> names = methods.names();
            if (properties.resources() == ParticipantProperties.Resources.OWN && !names.isEmpty()) {
                throw new ParticipantStartException(
                        "@TryConfirmCancel does not go with assent.participant.resources=own: reservations are recorded in"
                                + " PostgreSQL (" + String.join(", ", names) + ").",
                        "Keep the branches of this service in PostgreSQL with assent.participant.resources=postgres, or let its"
                                + " TwoPhaseParticipant do what the methods do.");
            }
            if (tables == null) {
                return;
            }
            if (!names.isEmpty()) {
                tables.requireReservations(properties);
            } else if (!tables.hasReservations()) {
                return;
            }
            reservations.use();
            reportLost(reservations.log().names(), names);
        };
    }

    private static void reportLost(List<String> open, Collection<String> known) {
        for (String name : open) {
            if (!known.contains(name)) {
                log.error(
                        "Reservations of {} are open, and no @TryConfirmCancel method is called so any more. They and the"
                                + " orders for their branches wait until one is.",
                        name);
            }
        }
    }
}
