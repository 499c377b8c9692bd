package io.assent.benchmarks.service;

import jakarta.jms.ConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQXAConnectionFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jms.XAConnectionFactoryWrapper;
import org.springframework.context.annotation.Bean;

/** Takes payments; what kind of participant it is, its properties say. */
@SpringBootApplication(proxyBeanMethods = false)
public class PaymentApplication {

    static final String BROKER = "bench.broker.url";

    public static void main(String[] arguments) {
        SpringApplication.run(PaymentApplication.class, arguments);
    }

    @Bean
    @ConditionalOnProperty(BROKER)
    ConnectionFactory connectionFactory(XAConnectionFactoryWrapper assent, @Value("${" + BROKER + "}") String url)
            throws Exception {
        return assent.wrapConnectionFactory(new ActiveMQXAConnectionFactory(url));
    }
}
