package io.assent.participant.support;

import io.assent.participant.Branch;
import io.assent.participant.GlobalTransactional;
import io.assent.participant.Reservation;
import io.assent.participant.TryConfirmCancel;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A participant that reserves seats at somebody else's: Try-Confirm-Cancel. */
@SpringBootConfiguration
@EnableAutoConfiguration(exclude = {HibernateJpaAutoConfiguration.class, DataJpaRepositoriesAutoConfiguration.class})
@Import({
    PaymentApplication.Gate.class,
    ReservingApplication.Seats.class,
    ReservingApplication.Trips.class,
    ReservingApplication.Controller.class
})
public class ReservingApplication {

    /** The airline: what it has heard, and what it made of it. All replicas of the service talk to the same one. */
    public static final class Airline {

        private static final Map<String, List<String>> HEARD = new ConcurrentHashMap<>();
        private static final Map<UUID, String> SEATS = new ConcurrentHashMap<>();
        private static final AtomicInteger FAILURES = new AtomicInteger();

        private Airline() {}

        /** In order, for one passenger. */
        public static List<String> heard(String passenger) {
            return HEARD.getOrDefault(passenger, List.of());
        }

        /** The states of a passenger's seats, sorted. */
        public static List<String> seats(String passenger) {
            return SEATS.values().stream()
                    .filter(seat -> seat.endsWith(" " + passenger))
                    .map(seat -> seat.substring(0, seat.indexOf(' ')))
                    .sorted()
                    .toList();
        }

        /** The next calls fail. */
        public static void failNext(int calls) {
            FAILURES.set(calls);
        }

        static void hear(String what, String passenger) {
            HEARD.computeIfAbsent(passenger, key -> new CopyOnWriteArrayList<>())
                    .add(what);
            if (FAILURES.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("the airline is closed");
            }
            SEATS.put(Reservation.key(), what + " " + passenger);
        }
    }

    /** An argument with everything that JSON can get wrong. */
    public record Fare(
            BigDecimal amount, Instant until, @Nullable String code, List<Integer> legs) {}

    @Service
    public static class Seats {

        private final JdbcClient sql;
        private final PaymentApplication.Gate gate;
        private final List<Fare> confirmed = new CopyOnWriteArrayList<>();

        public Seats(JdbcClient sql, PaymentApplication.Gate gate) {
            this.sql = sql;
            this.gate = gate;
            sql.sql("create table if not exists trips (id text primary key)").update();
            sql.sql("create table if not exists tickets (id text not null, what text not null)")
                    .update();
        }

        /** The fares that confirm was given. */
        public List<Fare> confirmed() {
            return confirmed;
        }

        @TryConfirmCancel(confirm = "issue", cancel = "release")
        public String hold(String passenger, Fare fare) {
            gate.pass();
            Airline.hear("held", passenger);
            return "held for " + passenger;
        }

        void issue(String passenger, Fare fare) {
            ticket(passenger, "issued");
            Airline.hear("issued", passenger);
            confirmed.add(fare);
        }

        void release(String passenger, Fare fare) {
            ticket(passenger, "released");
            Airline.hear("released", passenger);
        }

        @TryConfirmCancel(confirm = "keep", cancel = "keep", name = "unreadable")
        public void unreadable(Object thread) {
            throw new AssertionError("must not run");
        }

        void keep(Object thread) {}

        private void ticket(String passenger, String what) {
            sql.sql("insert into tickets values (?, ?)").params(passenger, what).update();
        }
    }

    @Service
    public static class Trips {

        private final JdbcClient sql;
        private final Seats seats;

        public Trips(JdbcClient sql, Seats seats) {
            this.sql = sql;
            this.seats = seats;
        }

        @Transactional
        public String book(String id, int seatCount, boolean fail) {
            sql.sql("insert into trips values (?)").param(id).update();
            for (int i = 0; i < seatCount; i++) {
                seats.hold(id, fare(i));
            }
            if (fail) {
                throw new PaymentApplication.Refused("no visa");
            }
            return "booked";
        }

        @Transactional
        public void bookWhateverTheAirlineSays(String id) {
            sql.sql("insert into trips values (?)").param(id).update();
            try {
                seats.hold(id, fare(0));
            } catch (IllegalStateException e) {
                // What a careless application does.
            }
        }

        @GlobalTransactional
        public void initiate(String id, boolean fail) {
            book(id, 1, fail);
        }
    }

    public static Fare fare(int leg) {
        return new Fare(new BigDecimal("12.30"), Instant.parse("2030-01-02T03:04:05.678901Z"), null, List.of(1, leg));
    }

    @RestController
    public static class Controller {

        private final Trips trips;
        private final Seats seats;

        public Controller(Trips trips, Seats seats) {
            this.trips = trips;
            this.seats = seats;
        }

        @PostMapping("/book")
        public String book(
                @RequestParam String id,
                @RequestParam(defaultValue = "1") int seats,
                @RequestParam(defaultValue = "false") boolean fail) {
            return trips.book(id, seats, fail);
        }

        @PostMapping("/book-whatever")
        public void bookWhatever(@RequestParam String id) {
            trips.bookWhateverTheAirlineSays(id);
        }

        /** Without any local transaction of its own. */
        @PostMapping("/hold")
        public String hold(@RequestParam String id) {
            return seats.hold(id, fare(0));
        }

        @Branch(prepare = Branch.Prepare.LATE)
        @PostMapping("/hold-late")
        public String holdLate(@RequestParam String id) {
            return seats.hold(id, fare(0));
        }

        @PostMapping("/unreadable")
        public void unreadable() {
            seats.unreadable(Thread.currentThread());
        }
    }
}
