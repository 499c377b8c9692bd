package io.assent.sample.payment;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.ConnectionFactory;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import tools.jackson.databind.json.JsonMapper;

/** Goal: receipts are sent in the payment's branch or not at all. */
class ReceiptConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withBean(JsonMapper.class, () -> JsonMapper.builder().build())
            .withUserConfiguration(ReceiptConfiguration.class);

    @Test
    void withoutABrokerThereAreNoReceiptsAndNoConnections() {
        runner.run(context -> assertThat(context)
                .hasNotFailed()
                .hasSingleBean(Receipts.class)
                .doesNotHaveBean(ReceiptQueue.class)
                .doesNotHaveBean(ConnectionFactory.class));
    }

    @Test
    void aBrokerThatWouldNotTakePartIsRefused() {
        runner.withPropertyValues("sample.receipts.broker-url=tcp://127.0.0.1:1")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining(
                                "sample.receipts.broker-url needs assent.participant.resources=jta: otherwise"));
    }
}
