package io.assent.chaos.simulation;

import io.assent.coordinator.config.CoordinatorApplication;
import io.assent.coordinator.config.LogContextCustomizer;
import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.ForwardingDecisionLog;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.TransactionId;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Profile;

/** The coordinator as a process of its own, with a bug that the profile names. */
public final class WrongCoordinator {

    private WrongCoordinator() {}

    public static void main(String[] arguments) {
        new SpringApplicationBuilder(CoordinatorApplication.class, Planted.class).run(arguments);
    }

    /** Each log has a context of its own: the bug goes there. */
    @Configuration(proxyBeanMethods = false)
    static class Planted {

        @Bean
        LogContextCustomizer plantedBug() {
            return context -> context.register(CancelledWaitIsSuccess.class, ReadInsteadOfWritten.class);
        }
    }

    /** L1: whoever is told that the wait for the standby was cancelled takes the decision for made. */
    @Configuration(proxyBeanMethods = false)
    @Profile("cancelled-wait-is-success")
    static class CancelledWaitIsSuccess {

        @Bean
        @Primary
        DecisionLog wrongDecisionLog(@Qualifier("decisionLog") DecisionLog real) {
            return new ForwardingDecisionLog(real) {
                @Override
                public CompletionStage<Reply> decide(Proposal proposal) {
                    return real.decide(proposal)
                            .thenApply(reply -> String.valueOf(reply.detail()).contains("canceling wait")
                                    ? Claims.decided(proposal, Instant.now())
                                    : reply);
                }
            };
        }
    }

    /** L5: whoever finds a decision acts on it, without writing. */
    @Configuration(proxyBeanMethods = false)
    @Profile("read-instead-of-written")
    static class ReadInsteadOfWritten {

        @Bean
        @Primary
        DecisionLog wrongDecisionLog(@Qualifier("decisionLog") DecisionLog real) {
            return new ForwardingDecisionLog(real) {
                @Override
                public CompletionStage<Reply> decide(Proposal proposal) {
                    return find(List.of(proposal.id())).thenCompose(reading -> {
                        TransactionRecord found = reading.records().get(proposal.id());
                        return found == null || found.decision() == null
                                ? real.decide(proposal)
                                : CompletableFuture.completedFuture(new Reply(Status.OK, found, true, null));
                    });
                }

                @Override
                public CompletionStage<Reading> find(Collection<TransactionId> ids) {
                    return real.find(ids).thenApply(reading -> {
                        Map<TransactionId, TransactionRecord> believed = new HashMap<>();
                        reading.records().forEach((id, record) -> believed.put(id, Claims.confirmed(record)));
                        return new Reading(
                                reading.status(), believed, reading.unreadable(), reading.now(), reading.horizon());
                    });
                }
            };
        }
    }
}
