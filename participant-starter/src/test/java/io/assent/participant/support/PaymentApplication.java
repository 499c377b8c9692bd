package io.assent.participant.support;

import io.assent.participant.Branch;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** A participant on plain JDBC: ordinary {@code @Transactional} methods and nothing else. */
@SpringBootConfiguration
@EnableAutoConfiguration(exclude = {HibernateJpaAutoConfiguration.class, DataJpaRepositoriesAutoConfiguration.class})
@Import({PaymentApplication.Gate.class, PaymentApplication.Payments.class, PaymentApplication.Controller.class})
public class PaymentApplication {

    /** Refused, with 422. */
    @ResponseStatus(HttpStatus.UNPROCESSABLE_ENTITY)
    public static class Refused extends RuntimeException {
        public Refused(String message) {
            super(message);
        }
    }

    /** An event. */
    public record Paid(String id) {}

    @Service
    public static class Payments {

        private final JdbcClient sql;
        private final ApplicationEventPublisher events;
        private final ObjectProvider<Payments> self;
        private final List<String> heard = new CopyOnWriteArrayList<>();

        public Payments(JdbcClient sql, ApplicationEventPublisher events, ObjectProvider<Payments> self) {
            this.self = self;
            this.sql = sql;
            this.events = events;
            sql.sql(
                            "create table if not exists payments (id text primary key, cents bigint not null check (cents > 0))")
                    .update();
        }

        /** What the callbacks said, in order. */
        public List<String> heard() {
            return heard;
        }

        @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
        public void committed(Paid paid) {
            heard.add("AFTER_COMMIT " + paid.id());
        }

        @TransactionalEventListener(phase = TransactionPhase.AFTER_ROLLBACK)
        public void rolledBack(Paid paid) {
            heard.add("AFTER_ROLLBACK " + paid.id());
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

        /** Reads, and does not say that it only does. */
        @Transactional
        public long look() {
            return sql.sql("select count(*) from payments").query(Long.class).single();
        }

        /** Read-only, and only the database knows. */
        @Transactional
        public long lookReadOnly() {
            sql.sql("set transaction read only").update();
            return look();
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
            sql.sql("insert into payments values (?, 1)").param("audit-" + id).update();
        }

        /** Takes and keeps the lock of one row. */
        @Transactional
        public void add(String id) {
            sql.sql("update payments set cents = cents + 1 where id = ?")
                    .param(id)
                    .update();
        }

        @Transactional
        public void payAndAudit(String id) {
            pay(id, 1);
            self.getObject().audit(id);
            throw new Refused("after the audit");
        }

        @Transactional
        public void publish(String id) {
            pay(id, 1);
            events.publishEvent(new Paid(id));
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    heard.add("afterCommit " + id);
                }

                @Override
                public void afterCompletion(int status) {
                    heard.add("afterCompletion " + status + " " + id);
                }
            });
        }
    }

    /** Holds a call back until the test lets it go. */
    public static class Gate {

        private volatile CountDownLatch entered = new CountDownLatch(0);
        private volatile CountDownLatch open = new CountDownLatch(0);

        public void close() {
            entered = new CountDownLatch(1);
            open = new CountDownLatch(1);
        }

        public void open() {
            open.countDown();
        }

        public void awaitEntered() throws InterruptedException {
            if (!entered.await(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody came");
            }
        }

        void pass() {
            entered.countDown();
            try {
                if (!open.await(20, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("nobody opened");
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @RestController
    public static class Controller {

        private final Payments payments;
        private final Gate gate;

        public Controller(Payments payments, Gate gate) {
            this.payments = payments;
            this.gate = gate;
        }

        @PostMapping("/gated")
        public void gated(@RequestParam String id) {
            gate.pass();
            payments.pay(id, 1);
        }

        @PostMapping("/pay-and-audit")
        public void payAndAudit(@RequestParam String id) {
            payments.payAndAudit(id);
        }

        @PostMapping("/add")
        public void add(@RequestParam String id) {
            payments.add(id);
        }

        @PostMapping("/publish")
        public void publish(@RequestParam String id) {
            payments.publish(id);
        }

        @PostMapping("/async")
        public Callable<String> async(@RequestParam String id) {
            return () -> payments.pay(id, 1);
        }

        @PostMapping("/bad-request")
        public void badRequest(HttpServletResponse response) throws IOException {
            response.sendError(404, "no such thing");
        }

        @PostMapping("/pay")
        public String pay(@RequestParam String id, @RequestParam(defaultValue = "100") long cents) {
            return payments.pay(id, cents);
        }

        @Branch(prepare = Branch.Prepare.LATE)
        @PostMapping("/pay-late")
        public String payLate(@RequestParam String id) {
            return payments.pay(id, 100);
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

        @PostMapping("/look")
        public long look() {
            return payments.look();
        }

        @PostMapping("/look-read-only")
        public long lookReadOnly() {
            return payments.lookReadOnly();
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
