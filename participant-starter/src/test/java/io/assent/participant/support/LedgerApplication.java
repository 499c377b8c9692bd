package io.assent.participant.support;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.annotation.Import;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A participant on JPA that is called several times in one transaction. */
@SpringBootConfiguration
@EnableAutoConfiguration
@EnableJpaRepositories(basePackageClasses = LedgerApplication.class, considerNestedRepositories = true)
@EntityScan(basePackageClasses = LedgerApplication.class)
@Import({LedgerApplication.Ledger.class, LedgerApplication.Controller.class})
public class LedgerApplication {

    @Entity(name = "LedgerAccount")
    @Table(name = "ledger_accounts")
    public static class Account {
        @Id
        private String id;

        private long cents;

        protected Account() {}

        Account(String id, long cents) {
            this.id = id;
            this.cents = cents;
        }
    }

    public interface Accounts extends JpaRepository<Account, String> {}

    @Service
    public static class Ledger {

        private final Accounts accounts;

        public Ledger(Accounts accounts) {
            this.accounts = accounts;
        }

        @Transactional
        public void open(String id, long cents) {
            accounts.save(new Account(id, cents));
        }

        @Transactional
        public long add(String id, long cents) {
            Account account = accounts.findById(id).orElseThrow();
            account.cents += cents;
            return account.cents;
        }
    }

    @RestController
    public static class Controller {

        private final Ledger ledger;
        private final Accounts accounts;

        public Controller(Ledger ledger, Accounts accounts) {
            this.ledger = ledger;
            this.accounts = accounts;
        }

        @PostMapping("/open")
        public void open(@RequestParam String id, @RequestParam long cents) {
            ledger.open(id, cents);
        }

        /** Reads once more after the service has returned, as views do with an EntityManager for the whole request. */
        @PostMapping("/add")
        public long add(@RequestParam String id, @RequestParam long cents) {
            ledger.add(id, cents);
            return accounts.findById(id).orElseThrow().cents;
        }
    }
}
