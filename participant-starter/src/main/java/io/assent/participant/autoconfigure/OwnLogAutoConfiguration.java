package io.assent.participant.autoconfigure;

import io.assent.participant.GlobalTransactionTemplate;
import io.assent.participant.TwoPhaseParticipant;
import io.assent.participant.engine.Admission;
import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.engine.HeldTransaction;
import io.assent.participant.engine.Initiator;
import io.assent.participant.engine.LateBranches;
import io.assent.participant.engine.WorkEnd;
import io.assent.participant.own.OwnLog;
import io.assent.participant.own.OwnLogResource;
import io.assent.participant.own.OwnLogWork;
import io.assent.participant.transaction.GlobalTransactionRunner;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Keeps branches in a log that the application brings: {@code assent.participant.resources=own} and a bean of type
 * {@link TwoPhaseParticipant}. Needs no DataSource; everything else is as with PostgreSQL.
 */
@AutoConfiguration(before = ParticipantAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "assent.enabled", matchIfMissing = true)
@ConditionalOnProperty(name = ParticipantAutoConfiguration.RESOURCES, havingValue = "own")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
public final class OwnLogAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger(OwnLogAutoConfiguration.class);

    /** A tombstone waits as long as a call may take to prepare; then it is ordered again. */
    private static final Duration TOMBSTONE_WAIT = Duration.ofMillis(200);

    /** Properties of branches that are local transactions of a database. */
    private static final List<String> WITHOUT_EFFECT = List.of(
            "assent.participant.second-call-lock-timeout",
            "assent.participant.max-prepared",
            "assent.participant.admission-wait",
            "assent.participant.max-held-callbacks",
            "assent.participant.late",
            "assent.participant.reservations",
            "assent.participant.schema",
            "assent.participant.jta");

    private static final HeldTransaction.Source NO_LATE = () -> {
        throw new IllegalStateException(
                "@Branch(prepare = LATE) does not go with assent.participant.resources=own: a branch"
                        + " in a log of its own prepares with the call.");
    };

    @Bean
    OwnLog assentOwnLog(TwoPhaseParticipant participant, Environment environment, ListableBeanFactory beans) {
        Binder binder = Binder.get(environment);
        WITHOUT_EFFECT.stream()
                .filter(name -> binder.bind(name, Bindable.of(Object.class)).isBound()
                        || binder.bind(name, Bindable.mapOf(String.class, Object.class))
                                .isBound())
                .forEach(name -> log.warn("{} has no effect with assent.participant.resources=own.", name));
        if (beans.getBeanNamesForType(DataSource.class, true, false).length > 0) {
            log.warn(
                    "assent.participant.resources=own: the DataSource takes no part in branches, what is written there is"
                            + " committed at once, whatever becomes of the global transaction.");
        }
        return new OwnLog(participant);
    }

    @Bean
    BranchResource assentBranchResource(
            OwnLog ownLog, ParticipantProperties properties, BranchService.Runtime runtime) {
        return new OwnLogResource(ownLog, properties.participantName(), runtime.clock(), TOMBSTONE_WAIT);
    }

    @Bean
    WorkEnd assentWorkEnd(
            OwnLog ownLog, CoordinatorClient coordinator, ParticipantProperties properties, ParticipantUrl url) {
        return new OwnLogWork(
                ownLog,
                coordinator,
                context -> new BranchVote(
                        context.branch(), properties.participantName(), url.get(), Vote.PENDING, context.ref()),
                properties.lockTimeout());
    }

    @Bean
    LateBranches assentLateBranches(ParticipantProperties properties, BranchService.Runtime runtime) {
        return new LateBranches(
                NO_LATE,
                new LateBranches.Settings(Integer.MAX_VALUE, properties.late().maxIdle(), properties.lockTimeout()),
                runtime);
    }

    /** Without a local transaction around the work: the own branch is prepared when it is over. */
    @Bean
    @ConditionalOnMissingBean(GlobalTransactionTemplate.class)
    GlobalTransactionRunner assentGlobalTransactionTemplate(
            Initiator initiator, Admission admission, TransactionProperties properties) {
        return new GlobalTransactionRunner(initiator, admission, () -> null, properties.defaultTimeout());
    }
}
