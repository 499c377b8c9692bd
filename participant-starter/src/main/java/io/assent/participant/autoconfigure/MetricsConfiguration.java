package io.assent.participant.autoconfigure;

import io.assent.participant.engine.Admission;
import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.LateBranches;
import io.assent.participant.tcc.Reservations;
import io.assent.participant.web.MessageGuard;
import io.assent.protocol.signature.RequestVerifier;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
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

    @Bean
    MeterBinder assentMessageMetrics(MessageGuard guard) {
        return registry -> {
            for (RequestVerifier.Refusal why : RequestVerifier.Refusal.values()) {
                FunctionCounter.builder("assent.participant.messages.refused", guard, all -> all.refused(why))
                        .description("Messages that no coordinator with a known key had just signed")
                        .tag("reason", why.name().toLowerCase(Locale.ROOT).replace('_', '-'))
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
