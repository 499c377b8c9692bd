package io.assent.coordinator.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.engine.InstanceList.Instance;
import io.assent.coordinator.engine.InstanceList.Snapshot;
import io.assent.coordinator.engine.LogVitals.Standby;
import io.assent.coordinator.engine.LogVitals.Vitals;
import io.assent.coordinator.engine.TransactionSearch.Backlog;
import io.assent.coordinator.engine.TransactionSearch.Undelivered;
import io.assent.coordinator.security.SecuritySettings;
import io.assent.coordinator.security.SecuritySettings.EnlistToken;
import io.assent.coordinator.security.SecuritySettings.Mode;
import io.assent.coordinator.security.SecuritySettings.Service;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.doctor.Finding;
import io.assent.protocol.doctor.Finding.Status;
import io.assent.protocol.doctor.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Goal: each check tells good from bad, and what is bad comes with a remedy. Method: what could be seen, made by hand. */
class ChecksTests {

    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    @Test
    void a_log_without_a_standby_that_keeps_up_is_told() {
        assertThat(LogChecks.standby("c", vitals(true, true, Duration.ZERO, standby("sync", 0L)))
                        .status())
                .isEqualTo(Status.OK);
        assertThat(LogChecks.standby("c", vitals(false, true, Duration.ZERO)).status())
                .isEqualTo(Status.WARNING);
        assertThat(LogChecks.standby("c", vitals(true, false, Duration.ZERO)).status())
                .isEqualTo(Status.UNKNOWN);
        assertThat(LogChecks.standby("c", vitals(true, true, Duration.ZERO, standby("async", 0L)))
                        .status())
                .isEqualTo(Status.PROBLEM);
        assertThat(LogChecks.standby("c", vitals(true, true, Duration.ZERO, standby("quorum", 1L << 30)))
                        .status())
                .isEqualTo(Status.WARNING);
        assertThat(LogChecks.standby("c", vitals(true, true, Duration.ZERO, standby("quorum", null)))
                        .remedy())
                .isNotBlank();
    }

    @Test
    void clocks_that_are_apart_are_told_unless_asking_took_as_long() {
        assertThat(clock(Duration.ofMillis(-900))).isEqualTo(Status.OK);
        assertThat(clock(Duration.ofSeconds(2))).isEqualTo(Status.WARNING);
        assertThat(clock(Duration.ofSeconds(-90))).isEqualTo(Status.PROBLEM);
    }

    private static Status clock(Duration ahead) {
        return LogChecks.clock("c", vitals(true, true, ahead)).status();
    }

    @Test
    void partitions_that_end_soon_are_told() {
        Vitals fine = vitals(true, true, Duration.ZERO);
        assertThat(LogChecks.partitions("c", fine).status()).isEqualTo(Status.OK);
        Vitals late = new Vitals(
                true,
                null,
                "1",
                1,
                Duration.ZERO,
                Duration.ZERO,
                true,
                List.of(),
                NOW,
                NOW.plusSeconds(60),
                NOW,
                Duration.ofDays(1),
                1);
        assertThat(LogChecks.partitions("c", late).status()).isEqualTo(Status.PROBLEM);
    }

    @Test
    void versions_are_compared_among_those_that_run() {
        assertThat(WorkChecks.versions("c", new Snapshot(null, List.of())).status())
                .isEqualTo(Status.UNKNOWN);
        assertThat(WorkChecks.versions("c", new Snapshot(NOW, List.of(instance("1", true), instance("2", false))))
                        .status())
                .isEqualTo(Status.OK);
        assertThat(WorkChecks.versions("c", new Snapshot(NOW, List.of(instance("1", true), instance("2", true))))
                        .status())
                .isEqualTo(Status.WARNING);
    }

    @Test
    void an_order_that_waits_gets_worse_with_time() {
        assertThat(delivery()).isEqualTo(Status.OK);
        assertThat(delivery(NOW.minusSeconds(5))).isEqualTo(Status.OK);
        assertThat(delivery(NOW.minusSeconds(5), NOW.minusSeconds(61))).isEqualTo(Status.WARNING);
        assertThat(delivery(NOW.minusSeconds(601))).isEqualTo(Status.PROBLEM);
        assertThat(WorkChecks.delivery("c", new Backlog(List.of(), 0, List.of("second")), NOW)
                        .status())
                .isEqualTo(Status.UNKNOWN);
    }

    private static Status delivery(Instant... since) {
        List<Undelivered> undelivered = List.of(since).stream()
                .map(one -> new Undelivered(new ParticipantName("stock-service"), null, 1, one))
                .toList();
        return WorkChecks.delivery("c", new Backlog(undelivered, 0, List.of()), NOW)
                .status();
    }

    @Test
    void a_heuristic_is_a_problem_until_a_person_has_closed_it() {
        assertThat(WorkChecks.heuristics("c", new Backlog(List.of(), 1, List.of()))
                        .status())
                .isEqualTo(Status.PROBLEM);
        assertThat(WorkChecks.heuristics("c", new Backlog(List.of(), 0, List.of()))
                        .status())
                .isEqualTo(Status.OK);
    }

    private static SecuritySettings security(Mode mode, Map<String, Service> services) {
        return new SecuritySettings(mode, services, EnlistToken.REQUIRED, 60);
    }

    @Test
    void a_service_that_asks_nobody_who_he_is_tells_so() {
        Finding open = SecurityChecks.callers("c", security(Mode.NONE, Map.of()));
        assertThat(open.status()).isEqualTo(Status.WARNING);
        assertThat(open.found()).contains("assent.security.mode is none");
        assertThat(open.remedy()).contains("keys, certificates or jwt", "docs/security.md");

        Service orders = new Service(List.of("sha256:" + "0".repeat(64)), List.of(), null);
        Finding keys = SecurityChecks.callers("c", security(Mode.KEYS, Map.of("orders", orders)));
        assertThat(keys.status()).isEqualTo(Status.OK);
        assertThat(keys.found()).isEqualTo("mode is keys; 1 are listed").doesNotContain("sha256");
        assertThat(SecurityChecks.callers("c", security(Mode.JWT, Map.of())).status())
                .isEqualTo(Status.OK);
    }

    @Test
    void the_time_of_an_upgrade_is_not_forgotten() {
        Finding upgrading =
                SecurityChecks.callers("c", new SecuritySettings(Mode.JWT, Map.of(), EnlistToken.OPTIONAL, 60));
        assertThat(upgrading.status()).isEqualTo(Status.WARNING);
        assertThat(upgrading.found()).contains("assent.security.enlist-token is optional");
        assertThat(upgrading.remedy()).contains("sends tokens");
    }

    @Test
    void a_check_that_hangs_is_unknown_after_its_time() {
        CountDownLatch never = new CountDownLatch(1);
        Check hangs = new Check("hangs", () -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return Finding.ok("hangs", "");
        });
        Check fine = new Check("fine", () -> Finding.ok("fine", "as it should be"));
        try (Doctor doctor = new Doctor(List.of(fine, hangs), Duration.ofSeconds(2))) {
            Report report = doctor.examine();
            assertThat(report.items().get(1).status()).isEqualTo(Status.UNKNOWN);
            assertThat(report.items().get(1).found()).contains("PT2S");
            assertThat(report.status()).isEqualTo(Status.UNKNOWN);
        } finally {
            never.countDown();
        }
    }

    private static Standby standby(String sync, Long behind) {
        return new Standby("standby", "streaming", sync, behind);
    }

    private static Instance instance(String version, boolean alive) {
        return new Instance(UUID.randomUUID(), "host", null, null, version, NOW, NOW, alive, false);
    }

    private static Vitals vitals(boolean replicated, boolean visible, Duration ahead, Standby... standbys) {
        return new Vitals(
                replicated,
                "10.0.0.1:5432",
                "7700",
                1,
                ahead,
                Duration.ofMillis(50),
                visible,
                List.of(standbys),
                NOW,
                NOW.plusSeconds(86_400),
                NOW.minusSeconds(86_400),
                Duration.ofDays(30),
                256);
    }
}
