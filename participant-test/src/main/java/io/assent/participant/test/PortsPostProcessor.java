package io.assent.participant.test;

import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.CoordinatorClient;
import io.assent.protocol.TransactionId;
import java.util.function.Consumer;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.ConfigurableTransactionManager;

/** Puts the test between the starter and its ports, whoever made them: the starter's auto-configuration or the application. */
final class PortsPostProcessor implements BeanPostProcessor {

    private final AssentFaults faults;
    private final AssentClock clock;
    private final Consumer<TransactionId> asked;

    PortsPostProcessor(AssentFaults faults, AssentClock clock, Consumer<TransactionId> asked) {
        this.faults = faults;
        this.clock = clock;
        this.asked = asked;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof BranchResource resource) {
            return new FaultyBranchResource(resource, faults);
        }
        if (bean instanceof CoordinatorClient client) {
            return new FaultyCoordinatorClient(client, faults, asked);
        }
        if (bean instanceof BranchService.Runtime runtime) {
            return clock.moving(runtime);
        }
        if (bean instanceof ConfigurableTransactionManager manager) {
            manager.addListener(new FailingBeforePrepare(faults));
        }
        return bean;
    }
}
