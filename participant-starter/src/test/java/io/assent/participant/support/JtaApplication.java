package io.assent.participant.support;

import io.assent.participant.GlobalTransactional;
import jakarta.jms.ConnectionFactory;
import jakarta.transaction.UserTransaction;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.apache.activemq.artemis.jms.client.ActiveMQXAConnectionFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jms.XAConnectionFactoryWrapper;
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

/** A participant with two PostgreSQL databases and a broker: ordinary {@code @Transactional} methods and nothing else. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = {HibernateJpaAutoConfiguration.class, DataJpaRepositoriesAutoConfiguration.class})
@Import({JtaApplication.Work.class, JtaApplication.Controller.class})
public class JtaApplication {

    public static final String QUEUE = "receipts";

    @Bean
    ConnectionFactory connectionFactory(XAConnectionFactoryWrapper wrapper, @Value("${broker.url}") String url)
            throws Exception {
        return wrapper.wrapConnectionFactory(CrashPoint.around(new ActiveMQXAConnectionFactory(url)));
    }

    @Service
    public static class Work {

        private final JdbcClient main;
        private final JdbcClient ledger;
        private final JmsTemplate jms;
        private final JtaTransactionManager transactions;
        private final RestClient http;
        private final ObjectProvider<Work> self;
        private final List<String> heard = new CopyOnWriteArrayList<>();

        public Work(
                JdbcClient main,
                @Qualifier("ledger") DataSource ledger,
                JmsTemplate jms,
                JtaTransactionManager transactions,
                RestClient.Builder http,
                ObjectProvider<Work> self) {
            this.self = self;
            this.main = main;
            this.ledger = JdbcClient.create(ledger);
            this.jms = jms;
            this.transactions = transactions;
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
            if (in.contains("main")) {
                pay(id);
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
            if (in.contains("apart")) {
                self.getObject().apart(id + "-apart");
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
