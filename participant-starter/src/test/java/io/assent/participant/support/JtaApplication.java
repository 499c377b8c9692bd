package io.assent.participant.support;

import io.assent.participant.GlobalTransactional;
import io.assent.participant.TryConfirmCancel;
import jakarta.jms.ConnectionFactory;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.UserTransaction;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import javax.transaction.xa.XAResource;
import org.apache.activemq.artemis.jms.client.ActiveMQXAConnectionFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jms.XAConnectionFactoryWrapper;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.jta.JtaTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** A participant with two PostgreSQL databases (JPA and JDBC) and a broker: ordinary {@code @Transactional} methods and nothing else. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EntityScan(basePackageClasses = JtaApplication.class)
@Import({JtaApplication.Seats.class, JtaApplication.Work.class, JtaApplication.Controller.class})
public class JtaApplication {

    public static final String QUEUE = "receipts";

    @Bean
    ConnectionFactory connectionFactory(XAConnectionFactoryWrapper wrapper, @Value("${broker.url}") String url)
            throws Exception {
        return wrapper.wrapConnectionFactory(CrashPoint.around(new ActiveMQXAConnectionFactory(url)));
    }

    @Entity
    @Table(name = "receipts")
    public static class Receipt {
        @Id
        private String id;

        protected Receipt() {}

        public Receipt(String id) {
            this.id = id;
        }
    }

    /** Something that cannot prepare. */
    @Service
    public static class Seats {

        private final List<String> heard = new CopyOnWriteArrayList<>();
        private final JdbcClient main;

        public Seats(JdbcClient main) {
            this.main = main;
        }

        public List<String> heard() {
            return heard;
        }

        @TryConfirmCancel(confirm = "issue", cancel = "release")
        public void hold(String id) {
            heard.add("held " + id);
        }

        void issue(String id) {
            main.sql("insert into payments values (?)").param(id + "-issued").update();
            heard.add("issued " + id);
        }

        void release(String id) {
            heard.add("released " + id);
        }
    }

    @Service
    public static class Work {

        private final JdbcClient main;
        private final JdbcClient ledger;
        private final JmsTemplate jms;
        private final JtaTransactionManager transactions;
        private final ObjectProvider<EntityManager> entities;
        private final RestClient http;
        private final ObjectProvider<Work> self;
        private final Seats seats;
        private final List<String> heard = new CopyOnWriteArrayList<>();
        private final List<String> strangerHeard = new CopyOnWriteArrayList<>();

        public Work(
                JdbcClient main,
                @Qualifier("ledger") DataSource ledger,
                JmsTemplate jms,
                JtaTransactionManager transactions,
                ObjectProvider<EntityManager> entities,
                RestClient.Builder http,
                ObjectProvider<Work> self,
                Seats seats) {
            this.self = self;
            this.seats = seats;
            this.main = main;
            this.ledger = JdbcClient.create(ledger);
            this.jms = jms;
            this.transactions = transactions;
            this.entities = entities;
            this.http = http.build();
            String table = "create table if not exists %s (id text primary key)";
            this.main.sql(table.formatted("payments")).update();
            this.ledger.sql(table.formatted("entries")).update();
        }

        public List<String> heard() {
            return heard;
        }

        @Transactional
        public void work(String id, String in) {
            if (in.contains("first-a-message")) {
                send(id);
            }
            if (in.contains("main")) {
                pay(id);
            }
            if (in.contains("jpa")) {
                // Flushed at the commit, by Hibernate's own synchronization.
                entities.getObject().persist(new Receipt(id));
            }
            if (in.contains("ledger")) {
                enter(id);
            }
            if (in.contains("jms")) {
                send(id);
            }
            if (in.contains("jms-again")) {
                send(id + "-again");
            }
            if (in.contains("receive")) {
                jms.setReceiveTimeout(2_000);
                if (jms.receive(id) == null) {
                    throw new PaymentApplication.Refused("no message");
                }
            }
            if (in.contains("seat")) {
                seats.hold(id);
            }
            if (in.contains("apart")) {
                self.getObject().apart(id + "-apart");
            }
            if (in.contains("stranger")) {
                enlistStranger();
            }
            if (in.contains("read")) {
                main.sql("select count(*) from payments").query(Long.class).single();
                ledger.sql("select count(*) from entries").query(Long.class).single();
            }
            if (in.contains("swallowed")) {
                swallow(in.contains("ledger-swallowed"), id);
            }
            if (in.contains("refused")) {
                throw new PaymentApplication.Refused("as asked");
            }
        }

        /** What a library that this starter knows nothing of would do. */
        private void enlistStranger() {
            XAResource stranger = (XAResource) Proxy.newProxyInstance(
                    JtaApplication.class.getClassLoader(),
                    new Class<?>[] {XAResource.class},
                    (self, method, arguments) -> {
                        strangerHeard.add(method.getName());
                        return switch (method.getName()) {
                            case "prepare", "getTransactionTimeout" -> XAResource.XA_OK;
                            case "isSameRM", "setTransactionTimeout" -> false;
                            case "hashCode" -> System.identityHashCode(self);
                            case "equals" -> self == arguments[0];
                            case "toString" -> "stranger";
                            default -> null;
                        };
                    });
            try {
                Objects.requireNonNull(transactions.getTransactionManager())
                        .getTransaction()
                        .enlistResource(stranger);
            } catch (SystemException | RollbackException e) {
                throw new IllegalStateException(e);
            }
        }

        /** What the stranger was asked to do. */
        public List<String> strangerHeard() {
            return strangerHeard;
        }

        private void pay(String id) {
            main.sql("insert into payments values (?)").param(id).update();
        }

        private void enter(String id) {
            ledger.sql("insert into entries values (?)").param(id).update();
        }

        private void send(String id) {
            jms.convertAndSend(QUEUE, id);
        }

        private void swallow(boolean inLedger, String id) {
            try {
                if (inLedger) {
                    enter(id);
                } else {
                    pay(id);
                }
            } catch (RuntimeException e) {
                // What a careless application does.
            }
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void apart(String id) {
            pay(id);
            send(id);
        }

        @Transactional
        public void publish(String id) {
            pay(id);
            send(id);
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
            registry().registerInterposedSynchronization(hearing("JTA " + id));
        }

        private TransactionSynchronizationRegistry registry() {
            return Objects.requireNonNull(transactions.getTransactionSynchronizationRegistry());
        }

        private Synchronization hearing(String what) {
            return new Synchronization() {
                @Override
                public void beforeCompletion() {}

                @Override
                public void afterCompletion(int status) {
                    heard.add((status == Status.STATUS_UNKNOWN ? "unknown " : status + " ") + what);
                }
            };
        }

        public void throughUserTransaction(String id) throws Exception {
            UserTransaction transaction = transactions.getUserTransaction();
            transaction.begin();
            try {
                pay(id);
                transaction.commit();
            } catch (RuntimeException e) {
                transaction.rollback();
                throw e;
            }
        }

        @GlobalTransactional
        public void initiate(String id, String in, String url) {
            work(id, in);
            if (!url.isEmpty()) {
                http.post().uri(url).retrieve().toBodilessEntity();
            }
        }
    }

    @RestController
    public static class Controller {

        private final Work work;

        public Controller(Work work) {
            this.work = work;
        }

        @PostMapping("/work")
        public void work(@RequestParam String id, @RequestParam String in) {
            work.work(id, in);
            CrashPoint.BEFORE_THE_VOTE.reached();
        }

        @PostMapping("/crash-at")
        public void crashAt(@RequestParam CrashPoint point) {
            point.arm();
        }

        @PostMapping("/work-then-fail")
        public void workThenFail(@RequestParam String id, @RequestParam String in) {
            work.work(id, in);
            throw new IllegalStateException("after the work");
        }

        @PostMapping("/publish")
        public void publish(@RequestParam String id) {
            work.publish(id);
        }

        @PostMapping("/user-transaction")
        public void userTransaction(@RequestParam String id) throws Exception {
            work.throughUserTransaction(id);
        }

        @PostMapping("/initiate")
        public void initiate(@RequestParam String id, @RequestParam String in, @RequestParam String url) {
            work.initiate(id, in, url);
        }
    }
}
