package io.assent.benchmarks.checkout.payment;

import io.assent.benchmarks.checkout.shop.Till;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Takes payments. */
@SpringBootApplication(proxyBeanMethods = false)
public class TillApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(TillApplication.class, arguments);
    }

    @Bean
    Till till(JdbcClient sql) {
        return new Till(sql);
    }
}
