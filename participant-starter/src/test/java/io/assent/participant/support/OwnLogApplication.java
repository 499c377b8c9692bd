package io.assent.participant.support;

import io.assent.participant.GlobalTransactional;
import io.assent.participant.GlobalTransactions;
import io.assent.protocol.BranchRef;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** A service without a database, whose log is a {@link MapLog} bean that the test brings. */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import({OwnLogApplication.Keys.class, OwnLogApplication.Starting.class})
public class OwnLogApplication {

    /** The work. */
    @RestController
    public static class Keys {

        private final MapLog log;
        private final Set<BranchRef> seen = ConcurrentHashMap.newKeySet();

        Keys(MapLog log) {
            this.log = log;
        }

        @PostMapping("/keep")
        String keep(@RequestParam String key) {
            BranchRef ref = GlobalTransactions.currentRef().orElseThrow();
            seen.add(ref);
            log.keep(ref, key);
            return "kept";
        }

        @PostMapping("/refuse")
        String refuse(@RequestParam String key) {
            keep(key);
            throw new IllegalArgumentException("no more room for " + key);
        }

        @PostMapping("/doom")
        String doom(@RequestParam String key) {
            keep(key);
            GlobalTransactions.setRollbackOnly("changed its mind");
            return "kept";
        }

        @GetMapping("/kept")
        boolean kept(@RequestParam String key) {
            return log.isKept(key);
        }

        @PostMapping("/look")
        String look() {
            return "looked";
        }

        @ExceptionHandler
        ResponseEntity<String> refused(IllegalArgumentException e) {
            return ResponseEntity.status(HttpStatus.CONFLICT).body(e.getMessage());
        }

        /** How many executions worked here. */
        public int executions() {
            return seen.size();
        }
    }

    /** Where transactions begin. */
    @RestController
    public static class Starting {

        private final MapLog log;
        private final RestClient http;

        Starting(MapLog log, RestClient.Builder http) {
            this.log = log;
            this.http = http.build();
        }

        /** Keeps a key here, and one at another service. */
        @PostMapping("/both")
        @GlobalTransactional(timeout = "20s")
        public String both(@RequestParam String key, @RequestParam String other) {
            log.keep(GlobalTransactions.currentRef().orElseThrow(), key);
            http.post().uri(other + "/keep?key=" + key).retrieve().toBodilessEntity();
            return GlobalTransactions.currentId().orElseThrow().toString();
        }

        @PostMapping("/alone")
        @GlobalTransactional(timeout = "20s")
        public String alone(@RequestParam String key) {
            log.keep(GlobalTransactions.currentRef().orElseThrow(), key);
            return GlobalTransactions.currentId().orElseThrow().toString();
        }

        @PostMapping("/failing")
        @GlobalTransactional(timeout = "20s")
        public String failing(@RequestParam String key, @RequestParam String other) {
            both(key, other);
            throw new IllegalStateException("after the call");
        }
    }
}
