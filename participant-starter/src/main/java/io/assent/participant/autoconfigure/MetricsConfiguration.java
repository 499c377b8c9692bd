package io.assent.participant.autoconfigure;

import io.assent.participant.engine.Admission;
import io.assent.participant.engine.BranchCounts;
import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.Inquiries;
import io.assent.participant.engine.LateBranches;
import io.assent.participant.tcc.Reservations;
import io.assent.participant.web.MessageGuard;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.Vote;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Counts the branches in doubt; only where Micrometer is there. They hold locks and keep vacuum from its work, so somebody
 * has to be told when one stays. Each look is one query; while the database cannot be asked there is no value.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(MeterBinder.class)
class MetricsConfiguration {

    /** What this process has said and heard. */
    @Bean
    MeterBinder assentProtocolMetrics(BranchService branches, Inquiries inquiries) {
        BranchCounts counts = branches.counts();
        return registry -> {
            for (Vote vote : List.of(Vote.PREPARED, Vote.READ_ONLY, Vote.ROLLBACK)) {
                FunctionCounter.builder("assent.participant.votes", counts, all -> all.votes(vote))
                        .description("Votes of branches")
                        .tag("vote", vote.name())
                        .register(registry);
            }
            for (BranchCounts.OrderResult result : BranchCounts.OrderResult.values()) {
                FunctionCounter.builder("assent.participant.orders", counts, all -> all.orders(result))
                        .description("Orders to end a branch, by what they met")
                        .tag("result", result.name().toLowerCase(Locale.ROOT))
                        .register(registry);
            }
            for (InquiryAnswer answer : InquiryAnswer.values()) {
                inquiries(inquiries, answer, answer.name()).register(registry);
            }
            inquiries(inquiries, null, "NONE").register(registry);
        };
    }

    private static FunctionCounter.Builder<Inquiries> inquiries(
            Inquiries inquiries, @Nullable InquiryAnswer answer, String tag) {
        return FunctionCounter.builder("assent.participant.inquiries", inquiries, all -> all.count(answer))
                .description("Branches in doubt that a coordinator was asked about")
                .tag("answer", tag);
    }

    /** The whole server's places for prepared transactions; nothing where branches are in a log of the service's own. */
    @Bean
    MeterBinder assentPreparedMetrics(ObjectProvider<ParticipantDatabase> database) {
        return registry -> database.ifAvailable(there -> {
            Gauge.builder(
                            "assent.participant.prepared",
                            there,
                            all -> all.places().prepared())
                    .description("Transactions that are prepared in the whole database server, by whomever")
                    .register(registry);
            TimeGauge.builder(
                            "assent.participant.prepared.oldest",
                            there,
                            TimeUnit.MILLISECONDS,
                            all -> all.places().oldest().toMillis())
                    .description("Age of the oldest of them; 0 if there is none")
                    .register(registry);
            Gauge.builder(
                            "assent.participant.prepared.slots",
                            there,
                            all -> all.places().slots())
                    .description("The server's places for prepared transactions (max_prepared_transactions)")
                    .register(registry);
            Gauge.builder(
                            "assent.participant.prepared.slots.left",
                            there,
                            all -> all.places().left())
                    .description("How many of them are free")
                    .register(registry);
        });
    }

    @Bean
    MeterBinder assentMessageMetrics(MessageGuard guard) {
        return registry -> {
            for (String reason : guard.reasons()) {
                FunctionCounter.builder("assent.participant.messages.refused", guard, all -> all.refused(reason))
                        .description("Messages that did not come from a coordinator, as far as that was asked for")
                        .tag("reason", reason)
                        .register(registry);
            }
        };
    }

    @Bean
    MeterBinder assentBranchMetrics(
            BranchResource resource, LateBranches late, Reservations reservations, Admission admission) {
        return registry -> {
            for (Admission.Refused why : Admission.Refused.values()) {
                FunctionCounter.builder("assent.admission.refused", admission, all -> all.refused(why))
                        .description("Transactions and calls that were refused as overloaded, before any work")
                        .tag("reason", why.name().toLowerCase(Locale.ROOT))
                        .register(registry);
            }
            Gauge.builder("assent.transaction.under.way", admission, Admission::underWay)
                    .description("Transactions that were started here and are not over")
                    .register(registry);
            Gauge.builder("assent.participant.reservations", reservations, Reservations::count)
                    .description("Reservations that are neither confirmed nor cancelled yet (Try-Confirm-Cancel)")
                    .register(registry);
            TimeGauge.builder(
                            "assent.participant.reservations.oldest",
                            reservations,
                            TimeUnit.MILLISECONDS,
                            all -> all.oldest().toMillis())
                    .description("Age of the oldest of them; 0 if there is none")
                    .register(registry);
            Gauge.builder("assent.participant.open", late, LateBranches::count)
                    .description("Branches that this process holds open between calls (late prepare)")
                    .register(registry);
            Gauge.builder(
                            "assent.participant.in.doubt",
                            resource,
                            branches -> branches.inDoubt().count())
                    .description("Branches of this participant that are prepared and wait for their decision")
                    .register(registry);
            TimeGauge.builder(
                            "assent.participant.in.doubt.oldest",
                            resource,
                            TimeUnit.MILLISECONDS,
                            branches -> branches.inDoubt().oldest().toMillis())
                    .description("Age of the oldest of them; 0 if there is none")
                    .register(registry);
        };
    }
}
