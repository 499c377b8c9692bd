package io.assent.sample.payment;

import jakarta.jms.ConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQXAConnectionFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jms.XAConnectionFactoryWrapper;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jms.core.JmsTemplate;
import tools.jackson.databind.json.JsonMapper;

/** With {@code sample.receipts.broker-url}, a branch is a payment and its receipt; without it, a payment alone. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ReceiptProperties.class)
class ReceiptConfiguration {

    @Bean
    Receipts receipts(ReceiptProperties properties, ObjectProvider<JmsTemplate> jms, JsonMapper json) {
        return properties.brokerUrl() == null
                ? payment -> {}
                : new ReceiptQueue(jms.getObject(), json, properties.queue());
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty("sample.receipts.broker-url")
    static class Broker {

        @Bean
        ConnectionFactory connectionFactory(
                ReceiptProperties properties, ObjectProvider<XAConnectionFactoryWrapper> assent) throws Exception {
            XAConnectionFactoryWrapper wrapper = assent.getIfAvailable();
            if (wrapper == null) {
                throw new IllegalStateException("sample.receipts.broker-url needs assent.participant.resources=jta:"
                        + " otherwise a receipt would be sent whatever becomes of its payment");
            }
            return wrapper.wrapConnectionFactory(new ActiveMQXAConnectionFactory(properties.brokerUrl()));
        }
    }
}
