package io.assent.peers.restat.payment;

import io.assent.benchmarks.checkout.shop.Till;
import io.assent.peers.restat.RestAtParticipant;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Takes payments. */
@SpringBootApplication(proxyBeanMethods = false)
@Import(RestAtParticipant.class)
public class RestAtPaymentApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(RestAtPaymentApplication.class, arguments);
    }

    @Bean
    Till till(JdbcClient sql) {
        return new Till(sql);
    }
}
