package io.assent.peers.seata.payment;

import io.assent.benchmarks.checkout.shop.Till;
import io.assent.peers.seata.SeataClient;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Takes payments. */
@SpringBootApplication(proxyBeanMethods = false)
@Import(SeataClient.class)
public class SeataPaymentApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(SeataPaymentApplication.class, arguments);
    }

    @Bean
    Till till(JdbcClient sql) {
        return new Till(sql);
    }
}
