package io.assent.peers.seata.order;

import io.assent.benchmarks.checkout.shop.OrderDesk;
import io.assent.benchmarks.checkout.shop.PaymentClient;
import io.assent.peers.seata.SeataClient;
import io.seata.core.context.RootContext;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.client.RestClient;

/** Takes orders and has them paid. */
@SpringBootApplication(proxyBeanMethods = false)
@Import(SeataClient.class)
public class SeataOrderApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(SeataOrderApplication.class, arguments);
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
                    String xid = RootContext.getXID();
                    if (xid != null) {
                        request.getHeaders().set(RootContext.KEY_XID, xid);
                    }
                    return execution.execute(request, body);
                }),
                urls,
                connections);
    }
}
