package io.assent.participant.test;

import io.assent.participant.GlobalTransactional;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** Somebody's service: takes orders, and calls itself over HTTP for the payment and, where there is one, a stock service. */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import({Shop.Checkout.class, Shop.Payments.class, Shop.Endpoints.class})
class Shop {

    @Service
    static class Checkout {

        private final JdbcClient sql;
        private final RestClient http;
        private final Environment environment;

        Checkout(JdbcClient sql, RestClient.Builder http, Environment environment) {
            this.sql = sql;
            this.http = http.build();
            this.environment = environment;
        }

        @GlobalTransactional(timeout = "60s")
        public void buy(String id, long pence) {
            record(id, pence);
            pay(id, pence);
            String stock = environment.getProperty("stock.url", "");
            if (!stock.isEmpty()) {
                call(stock + "/reservations/" + id);
            }
        }

        @GlobalTransactional(timeout = "60s")
        public void record(String id, long pence) {
            sql.sql("insert into orders (id, pence) values (?, ?)")
                    .params(id, pence)
                    .update();
        }

        /** Has a deadline that a test can wait for. */
        @GlobalTransactional(timeout = "5s")
        public void buyInAHurry(String id, long pence) {
            record(id, pence);
            pay(id, pence);
        }

        private void pay(String id, long pence) {
            call("http://127.0.0.1:" + environment.getProperty("local.server.port") + "/payments?id=" + id + "&pence="
                    + pence);
        }

        private void call(String url) {
            http.post().uri(url).retrieve().toBodilessEntity();
        }
    }

    @Service
    static class Payments {

        private final JdbcClient sql;

        Payments(JdbcClient sql) {
            this.sql = sql;
        }

        @Transactional
        public void pay(String id, long pence) {
            sql.sql("insert into payment (order_id, pence) values (?, ?)")
                    .params(id, pence)
                    .update();
        }
    }

    @RestController
    static class Endpoints {

        private final Payments payments;

        Endpoints(Payments payments) {
            this.payments = payments;
        }

        @PostMapping("/payments")
        void pay(@RequestParam String id, @RequestParam long pence) {
            payments.pay(id, pence);
        }
    }
}
