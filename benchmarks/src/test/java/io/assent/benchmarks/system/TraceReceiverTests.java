package io.assent.benchmarks.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;

/** Goal: it shows of each process what arrived, and of others nothing. Method: messages over HTTP. */
class TraceReceiverTests {

    @Test
    void messagesAreCountedForTheProcessThatSentThem() throws InterruptedException {
        try (TraceReceiver receiver = TraceReceiver.start()) {
            assertThat(receiver.endpoint("order").toString()).matches("http://127\\.0\\.0\\.1:\\d+/order/v1/traces");

            post(receiver, "order", 10);
            post(receiver, "order", 5);
            post(receiver, "payment", 0);

            assertThat(receiver.received("order")).isEqualTo(new TraceReceiver.Received(2, 15));
            // A message without a span shows nothing.
            assertThat(receiver.received("payment").messages()).isZero();
            assertThat(receiver.received("coordinator").messages()).isZero();
            assertThat(receiver.awaitFirst("order", Duration.ZERO)).isTrue();
            assertThat(receiver.awaitFirst("payment", Duration.ZERO)).isFalse();
        }
    }

    private static void post(TraceReceiver receiver, String process, int bytes) {
        assertThat(RestClient.create()
                        .post()
                        .uri(receiver.endpoint(process))
                        .contentType(MediaType.APPLICATION_PROTOBUF)
                        .body(new byte[bytes])
                        .retrieve()
                        .toBodilessEntity()
                        .getStatusCode()
                        .value())
                .isEqualTo(200);
    }
}
