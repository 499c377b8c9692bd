package io.assent.participant.support;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** A participant on plain JDBC: ordinary {@code @Transactional} methods and nothing else. */
@SpringBootConfiguration
@EnableAutoConfiguration(exclude = {HibernateJpaAutoConfiguration.class, DataJpaRepositoriesAutoConfiguration.class})
@Import({PaymentApplication.Payments.class, PaymentApplication.Controller.class})
public class PaymentApplication {

    /** Refused, with 422. */
    @ResponseStatus(HttpStatus.UNPROCESSABLE_ENTITY)
    public static class Refused extends RuntimeException {
        public Refused(String message) {
            super(message);
        }
    }

    @Service
    public static class Payments {

        private final JdbcClient sql;

        public Payments(JdbcClient sql) {
            this.sql = sql;
            sql.sql(
                            "create table if not exists payments (id text primary key, cents bigint not null check (cents > 0))")
                    .update();
        }

        @Transactional
        public String pay(String id, long cents) {
            sql.sql("insert into payments values (?, ?)").params(id, cents).update();
            return "paid " + cents;
        }

        @Transactional
        public void refuse(String id) {
            pay(id, 1);
            throw new Refused("not enough money");
        }

        @Transactional(readOnly = true)
        public long count() {
            return sql.sql("select count(*) from payments").query(Long.class).single();
        }

        @Transactional
        public void swallowSqlError(String id) {
            pay(id, 1);
            try {
                pay(id, 1);
            } catch (RuntimeException e) {
                // What a careless application does.
            }
        }

        @Transactional
        public void notifyListeners(String id) {
            pay(id, 1);
            sql.sql("notify payments").update();
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void audit(String id) {
            pay("audit-" + id, 1);
        }
    }

    @RestController
    public static class Controller {

        private final Payments payments;

        public Controller(Payments payments) {
            this.payments = payments;
        }

        @PostMapping("/pay")
        public String pay(@RequestParam String id, @RequestParam(defaultValue = "100") long cents) {
            return payments.pay(id, cents);
        }

        @PostMapping("/refuse")
        public void refuse(@RequestParam String id) {
            payments.refuse(id);
        }

        @PostMapping("/twice")
        public void twice(@RequestParam String id) {
            payments.pay(id, 1);
            payments.pay(id + "-again", 1);
        }

        @PostMapping("/count-then-pay")
        public void countThenPay(@RequestParam String id) {
            payments.count();
            payments.pay(id, 1);
        }

        @GetMapping("/count")
        public long count() {
            return payments.count();
        }

        @PostMapping("/count")
        public long countByPost() {
            return payments.count();
        }

        @PostMapping("/nothing")
        public String nothing() {
            return "nothing";
        }

        @PostMapping("/swallow")
        public void swallow(@RequestParam String id) {
            payments.swallowSqlError(id);
        }

        @PostMapping("/notify")
        public void notify(@RequestParam String id) {
            payments.notifyListeners(id);
        }

        @PostMapping("/pay-then-fail")
        public void payThenFail(@RequestParam String id) {
            payments.pay(id, 1);
            throw new IllegalStateException("after the payment");
        }
    }
}
