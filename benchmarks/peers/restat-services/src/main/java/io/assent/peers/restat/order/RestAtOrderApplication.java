package io.assent.peers.restat.order;

import io.assent.benchmarks.checkout.shop.OrderDesk;
import io.assent.benchmarks.checkout.shop.PaymentClient;
import io.assent.peers.restat.Bridge;
import io.assent.peers.restat.RestAtParticipant;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.client.RestClient;

/** Takes orders and has them paid. */
@SpringBootApplication(proxyBeanMethods = false)
@Import(RestAtParticipant.class)
public class RestAtOrderApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(RestAtOrderApplication.class, arguments);
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
        return new PaymentClient(
                builder.requestInterceptor((request, body, execution) -> {
                    String link = Bridge.currentLink();
                    if (link != null) {
                        request.getHeaders().set(HttpHeaders.LINK, link);
                    }
                    return execution.execute(request, body);
                }),
                urls,
                connections);
    }
}
