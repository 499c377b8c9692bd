package io.assent.participant.support;

import io.assent.participant.GlobalTransactional;
import io.assent.participant.GlobalTransactions;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.annotation.Import;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.stereotype.Service;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/** An initiator on Spring Data JPA, written as an application would be. */
@SpringBootConfiguration
@EnableAutoConfiguration
@EnableJpaRepositories(basePackageClasses = OrderApplication.class, considerNestedRepositories = true)
@EntityScan(basePackageClasses = OrderApplication.class)
@Import({OrderApplication.Checkout.class, OrderApplication.Controller.class})
public class OrderApplication {

    @Entity
    @Table(name = "orders")
    public static class Order {
        @Id
        private String id;

        @Column(columnDefinition = "bigint check (cents >= 0)")
        private long cents;

        protected Order() {}

        public Order(String id, long cents) {
            this.id = id;
            this.cents = cents;
        }

        public long cents() {
            return cents;
        }
    }

    public interface Orders extends JpaRepository<Order, String> {}

    @Service
    public static class Checkout {

        private final Orders orders;
        private final RestClient http;
        private final List<String> ids = new CopyOnWriteArrayList<>();

        public Checkout(Orders orders, RestClient.Builder http) {
            this.orders = orders;
            this.http = http.build();
        }

        /** The ids of the transactions that ran here. */
        public List<String> ids() {
            return ids;
        }

        @GlobalTransactional(timeout = "10s", name = "checkout")
        public String buy(String id, long cents, String payUrl) {
            remember();
            orders.save(new Order(id, cents));
            return http.post().uri(payUrl).retrieve().body(String.class);
        }

        @GlobalTransactional
        public void buySwallowing(String id, long cents, String payUrl) {
            remember();
            orders.save(new Order(id, cents));
            try {
                http.post().uri(payUrl).retrieve().toBodilessEntity();
            } catch (RestClientException e) {
                // What a careless application does.
            }
        }

        @GlobalTransactional
        public void local(String id) {
            remember();
            orders.save(new Order(id, 1));
        }

        @GlobalTransactional
        public void callMany(int times, String url) {
            for (int i = 0; i < times; i++) {
                http.post().uri(url).retrieve().toBodilessEntity();
            }
        }

        private void remember() {
            ids.add(GlobalTransactions.currentId().orElseThrow().toString());
        }
    }

    @RestController
    public static class Controller {

        private final Checkout checkout;

        public Controller(Checkout checkout) {
            this.checkout = checkout;
        }

        @PostMapping("/buy-many")
        public void buyMany(@RequestParam int times, @RequestParam String payUrl) {
            checkout.callMany(times, payUrl);
        }

        @PostMapping("/buy")
        public String buy(@RequestParam String id, @RequestParam long cents, @RequestParam String payUrl) {
            return checkout.buy(id, cents, payUrl);
        }
    }
}
