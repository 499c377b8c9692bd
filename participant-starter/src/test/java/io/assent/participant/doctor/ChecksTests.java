package io.assent.participant.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.participant.client.CoordinatorProbe.Seen;
import io.assent.participant.engine.BranchResource.InDoubt;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.postgres.DatabaseVitals;
import io.assent.participant.postgres.DatabaseVitals.Foreign;
import io.assent.participant.postgres.DatabaseVitals.Markers;
import io.assent.participant.postgres.DatabaseVitals.Oldest;
import io.assent.participant.postgres.DatabaseVitals.Places;
import io.assent.participant.postgres.DatabaseVitals.Vitals;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.doctor.Finding;
import io.assent.protocol.doctor.Finding.Status;
import io.assent.protocol.doctor.Report;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Goal: each check tells good from bad, and what is bad comes with a remedy. Method: what could be seen, made by hand. */
class ChecksTests {

    private static final ParticipantName NAME = new ParticipantName("payment");

    private static final DataSource NOWHERE = new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:1/none");

    private final Seeing fine = new Seeing();

    @Test
    void a_database_that_is_as_it_should_be_has_no_remedies() {
        assertThat(findings(fine))
                .extracting(Finding::check)
                .as("as they are named when it does not answer")
                .isEqualTo(DatabaseChecks.NAMES);
        assertThat(findings(fine)).allSatisfy(finding -> {
            assertThat(finding.status()).as(finding.check()).isEqualTo(Status.OK);
            assertThat(finding.remedy()).isNull();
        });
    }

    @Test
    void clocks_that_are_apart_are_told_unless_asking_took_as_long() {
        assertThat(status("clock", fine.ahead(Duration.ofMillis(-900)))).isEqualTo(Status.OK);
        assertThat(status("clock", fine.ahead(Duration.ofSeconds(2)))).isEqualTo(Status.WARNING);
        assertThat(status("clock", fine.ahead(Duration.ofSeconds(-90)))).isEqualTo(Status.PROBLEM);
        fine.accuracy = Duration.ofSeconds(3);
        assertThat(status("clock", fine.ahead(Duration.ofSeconds(2)))).isEqualTo(Status.OK);
    }

    @Test
    void places_that_run_out_are_told_before_calls_are_refused() {
        assertThat(status("prepared-slots", fine.places(60, 100))).isEqualTo(Status.OK);
        assertThat(status("prepared-slots", fine.places(61, 100))).isEqualTo(Status.WARNING);
        assertThat(status("prepared-slots", fine.places(75, 100))).isEqualTo(Status.PROBLEM);
    }

    @Test
    void a_pool_that_could_prepare_more_than_there_are_places_is_told() {
        assertThat(status("pool", fine.places(0, 100))).isEqualTo(Status.OK);
        assertThat(status("pool", fine.places(90, 100))).isEqualTo(Status.OK);
        assertThat(status("pool", fine.places(91, 100))).isEqualTo(Status.WARNING);
        assertThat(status("pool", fine.places(0, 9))).isEqualTo(Status.WARNING);
        assertThat(DatabaseChecks.findings(
                        NAME, new Doctor.Database(nowhere(), 75, null, Duration.ofDays(7)), fine.vitals()))
                .filteredOn(finding -> finding.check().equals("pool"))
                .extracting(Finding::status)
                .containsExactly(Status.UNKNOWN);
    }

    @Test
    void an_old_prepared_transaction_is_told_and_who_has_to_end_it() {
        assertThat(status("oldest-prepared", fine.oldest("assent:payment:x", Duration.ofSeconds(119), 1)))
                .isEqualTo(Status.OK);
        Finding own = finding("oldest-prepared", fine.oldest("assent:payment:x", Duration.ofMinutes(2), 7));
        assertThat(own.status()).isEqualTo(Status.WARNING);
        assertThat(own.found()).contains("'assent:payment:x'", "PT2M", "7 transactions", "vacuum");
        assertThat(own.remedy()).contains("assent-branches");
        assertThat(status("oldest-prepared", fine.oldest("assent:payment:x", Duration.ofHours(1), 7)))
                .isEqualTo(Status.PROBLEM);
        assertThat(status("oldest-prepared", fine.oldest("assent:payment:x", Duration.ZERO, 200_000_000)))
                .isEqualTo(Status.PROBLEM);
        assertThat(finding("oldest-prepared", fine.oldest("assent:order:x", Duration.ofHours(1), 7))
                        .remedy())
                .contains("another participant");
        assertThat(finding("oldest-prepared", fine.oldest("xa-1", Duration.ofHours(1), 7))
                        .remedy())
                .contains("not Assent's");
    }

    @Test
    void what_others_prepare_is_told() {
        fine.foreign = new Foreign(2, "xa-1");
        Finding found = finding("foreign-prepared", fine);
        assertThat(found.status()).isEqualTo(Status.WARNING);
        assertThat(found.found()).contains("2 prepared", "'xa-1'");
    }

    @Test
    void a_database_on_one_server_and_work_without_a_lock_timeout_are_told() {
        fine.standbys = "";
        assertThat(finding("replication", fine).remedy()).contains("heuristic");
        fine.lockTimeout = Duration.ZERO;
        assertThat(status("lock-timeout", fine)).isEqualTo(Status.WARNING);
    }

    @Test
    void markers_that_are_not_deleted_in_time_are_told() {
        fine.markers = new Markers(-1, 8192, null);
        assertThat(finding("markers", fine).found()).contains("an unknown number of rows", "0.0 MiB");
        fine.markers = new Markers(1, 8192, Duration.ofDays(7).plusMinutes(61));
        assertThat(finding("markers", fine).remedy()).contains("marker-batch");
        fine.markers = null;
        assertThat(status("markers", fine)).isEqualTo(Status.PROBLEM);
    }

    @Test
    void branches_that_stay_in_doubt_are_told() {
        assertThat(ServiceChecks.inDoubt(new InDoubt(0, Duration.ZERO)).status())
                .isEqualTo(Status.OK);
        assertThat(ServiceChecks.inDoubt(new InDoubt(3, Duration.ofMinutes(2))).status())
                .isEqualTo(Status.WARNING);
    }

    @Test
    void a_coordinator_that_does_not_answer_or_is_of_another_version_is_told() {
        assertThat(ServiceChecks.coordinator("c", new Seen(null, false, Set.of("1.0")), "1.0")
                        .status())
                .isEqualTo(Status.OK);
        assertThat(ServiceChecks.coordinator("c", new Seen(null, false, Set.of("1.0")), null)
                        .status())
                .as("run from its sources")
                .isEqualTo(Status.OK);
        assertThat(ServiceChecks.coordinator("c", new Seen(null, false, Set.of("development")), "1.0")
                        .status())
                .as("the coordinator does not know its version")
                .isEqualTo(Status.OK);
        assertThat(ServiceChecks.coordinator("c", new Seen(null, false, Set.of("1.1", "1.0")), "1.0")
                        .found())
                .contains("1.0, 1.1", "starter of 1.0");
        assertThat(ServiceChecks.coordinator("c", new Seen(null, false, Set.of()), "1.0")
                        .status())
                .isEqualTo(Status.UNKNOWN);
        assertThat(ServiceChecks.coordinator("c", new Seen("it cannot be reached", false, Set.of()), "1.0")
                        .status())
                .isEqualTo(Status.PROBLEM);
        Finding stranger = ServiceChecks.coordinator("c", new Seen(null, true, Set.of()), "1.0");
        assertThat(stranger.status()).isEqualTo(Status.PROBLEM);
        assertThat(stranger.remedy()).contains("assent.coordinator.key");
    }

    @Test
    void a_check_that_hangs_or_fails_spoils_neither_the_others_nor_the_answer() {
        CountDownLatch never = new CountDownLatch(1);
        Check hangs = new Check(List.of("hangs", "more"), "do something", () -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of();
        });
        Check fails = new Check(List.of("fails"), "mend it", () -> {
            throw new BranchResourceException("no route", new IllegalStateException());
        });
        Check works = new Check(List.of("works"), "nothing", () -> List.of(Finding.ok("works", "well")));
        try (Doctor doctor = new Doctor(List.of(hangs, fails, works), Duration.ofMillis(200))) {
            Report report = doctor.examine();

            assertThat(report.status()).isEqualTo(Status.PROBLEM);
            assertThat(report.items())
                    .containsExactly(
                            new Finding("hangs", Status.PROBLEM, "it did not answer within PT0.2S", "do something"),
                            new Finding("more", Status.UNKNOWN, "it could not be looked at", "See hangs"),
                            new Finding("fails", Status.PROBLEM, "no route", "mend it"),
                            new Finding("works", Status.OK, "well", null));
        } finally {
            never.countDown();
        }
    }

    @Test
    void a_database_that_cannot_be_reached_is_a_problem_and_its_other_checks_are_unknown() {
        Check check = DatabaseChecks.of(NAME, new Doctor.Database(nowhere(), 75, 10, Duration.ofDays(7)));
        try (Doctor doctor = new Doctor(List.of(check), Duration.ofSeconds(30))) {
            assertThat(doctor.examine().items())
                    .extracting(Finding::status)
                    .startsWith(Status.PROBLEM)
                    .hasSize(DatabaseChecks.NAMES.size())
                    .endsWith(Status.UNKNOWN);
        }
    }

    private static DatabaseVitals nowhere() {
        return new DatabaseVitals(NOWHERE, InstantSource.system(), Duration.ofSeconds(1));
    }

    private static List<Finding> findings(Seeing seeing) {
        return DatabaseChecks.findings(
                NAME, new Doctor.Database(nowhere(), 75, 10, Duration.ofDays(7)), seeing.vitals());
    }

    private static Finding finding(String check, Seeing seeing) {
        return findings(seeing).stream()
                .filter(one -> one.check().equals(check))
                .findFirst()
                .orElseThrow();
    }

    private static Status status(String check, Seeing seeing) {
        return finding(check, seeing).status();
    }

    /** What a database that is as it should be shows, until a test changes it. */
    private static final class Seeing {

        private Duration ahead = Duration.ZERO;
        private Duration accuracy = Duration.ofMillis(1);
        private Places places = new Places(1, Duration.ZERO, 100);
        private String standbys = "ANY 1 (a, b)";
        private Duration lockTimeout = Duration.ofSeconds(5);
        private Oldest oldest;
        private Foreign foreign;
        private Markers markers = new Markers(10, 8192, Duration.ofDays(7));

        Seeing ahead(Duration value) {
            ahead = value;
            return this;
        }

        Seeing places(int prepared, int slots) {
            places = new Places(prepared, Duration.ZERO, slots);
            return this;
        }

        Seeing oldest(String gid, Duration age, long transactionsSince) {
            oldest = new Oldest(gid, age, transactionsSince);
            return this;
        }

        Vitals vitals() {
            return new Vitals(ahead, accuracy, places, standbys, "on", lockTimeout, oldest, foreign, markers);
        }
    }
}
