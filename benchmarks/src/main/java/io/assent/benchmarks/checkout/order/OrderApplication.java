package io.assent.benchmarks.checkout.order;

import io.assent.benchmarks.checkout.shop.OrderDesk;
import io.assent.benchmarks.checkout.shop.PaymentClient;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.client.RestClient;

/** Takes orders and has them paid. */
@SpringBootApplication(proxyBeanMethods = false)
public class OrderApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(OrderApplication.class, arguments);
    }

    @Bean
    OrderDesk orderDesk(JdbcClient sql) {
        return new OrderDesk(sql);
    }

    @Bean
    PaymentClient paymentClient(
            RestClient.Builder builder,
            @Value("${bench.payment-urls}") List<String> urls,
            @Value("${bench.connections}") int connections) {
        return new PaymentClient(builder, urls, connections);
    }
}
