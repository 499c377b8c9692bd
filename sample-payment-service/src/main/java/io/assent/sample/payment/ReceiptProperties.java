package io.assent.sample.payment;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param brokerUrl where receipts are sent to, such as tcp://broker:61616; none: there are no receipts
 * @param queue name of the queue
 */
@ConfigurationProperties("sample.receipts")
record ReceiptProperties(
        @Nullable String brokerUrl,
        @DefaultValue("receipts") String queue) {}
