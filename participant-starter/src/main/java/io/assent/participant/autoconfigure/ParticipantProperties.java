package io.assent.participant.autoconfigure;

import io.assent.participant.Branch;
import io.assent.protocol.CertificateName;
import io.assent.protocol.ParticipantName;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * This service as a participant.
 *
 * @param name this service's name in transactions, the same for all its replicas: lower-case letters, digits and hyphens
 * @param url where coordinators reach this service's protocol endpoints, such as http://payment:8080/assent/v1; {port} stands for the server's port. Empty: the coordinator's configuration knows
 * @param path where the protocol endpoints are served
 * @param coordinatorCertificates what a coordinator's client certificate names, as dns: and a host or uri: and a URI, of which one is enough; messages over connections without it are refused. Empty: nobody looks
 * @param prepare when branches are prepared: early, with the call, or late, when the coordinator asks; handlers may differ with @Branch
 * @param resources what a branch consists of: postgres, one database on the direct path; jta, several resources through Narayana; or own, a log that the service brings itself as a bean of type TwoPhaseParticipant
 * @param lockTimeout longest wait for a row lock in a branch, or with a log of its own for another call of the same branch; also limited by the deadline; 1ms to 10m
 * @param secondCallLockTimeout the same in a call whose transaction has prepared a branch here before: it would wait for its own transaction's rows; 1ms to 10m
 * @param prepareWait how long a prepare request waits for a call that may run on another replica; 0 to 1m
 * @param maxPrepared up to how many prepared transactions in the whole database server calls are let in; 1 to 100000, at most max_prepared_transactions, by default three quarters of that
 * @param admissionWait how long a call waits for a place before it is refused; 0 to 10s
 * @param completionPoolSize connections kept apart for ending branches, so that work waiting for locks cannot block it; 1 to 64
 * @param maxHeldCallbacks for how many branches after-commit callbacks wait for the decision; 0 to 1000000
 * @param markerRetention how long markers of ended branches are kept; 2h to 3650d
 * @param markerBatch how many old markers one sweep deletes; 1 to 100000
 * @param late branches that are held open between calls (late prepare)
 * @param reservations reservations outside of the database (Try-Confirm-Cancel)
 * @param sweep the sweep for branches in doubt
 * @param schema the tables of this starter
 * @param doctor what /actuator/assent-doctor does
 */
@ConfigurationProperties("assent.participant")
public record ParticipantProperties(
        @Nullable String name,
        @Nullable String url,
        @DefaultValue("/assent/v1") String path,
        @DefaultValue List<String> coordinatorCertificates,
        @DefaultValue("early") Branch.Prepare prepare,
        @DefaultValue("postgres") Resources resources,
        @DefaultValue("5s") Duration lockTimeout,
        @DefaultValue("500ms") Duration secondCallLockTimeout,
        @DefaultValue("2s") Duration prepareWait,
        @Nullable Integer maxPrepared,
        @DefaultValue("200ms") Duration admissionWait,
        @DefaultValue("4") int completionPoolSize,
        @DefaultValue("10000") int maxHeldCallbacks,
        @DefaultValue("7d") Duration markerRetention,
        @DefaultValue("1000") int markerBatch,
        @DefaultValue Late late,
        @DefaultValue Reservations reservations,
        @DefaultValue Sweep sweep,
        @DefaultValue Schema schema,
        @DefaultValue Doctor doctor) {

    public ParticipantProperties {
        String prefix = "assent.participant.";
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException("assent.participant.name is missing. Give this service the name that it"
                    + " has in transactions, for example assent.participant.name=payment-service.");
        }
        try {
            new ParticipantName(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("assent.participant.name=" + name + " is " + e.getMessage() + ".", e);
        }
        if (url != null && !url.isBlank()) {
            Checks.httpUrl(prefix + "url", url.replace("{port}", "1"), 256);
        }
        if (!path.matches("(/[A-Za-z0-9._~-]+)+")) {
            throw new IllegalArgumentException(
                    "assent.participant.path=" + path + " is no path; expected something like /assent/v1.");
        }
        coordinatorCertificates = List.copyOf(coordinatorCertificates);
        Checks.range(prefix + "coordinator-certificates", coordinatorCertificates.size(), 0, 16);
        certificateNames(coordinatorCertificates);
        if (resources == Resources.JTA && prepare == Branch.Prepare.LATE) {
            throw new IllegalArgumentException(prefix + "prepare=late does not go with " + prefix
                    + "resources=jta: a branch with several resources prepares early.");
        }
        if (resources == Resources.OWN && prepare == Branch.Prepare.LATE) {
            throw new IllegalArgumentException(prefix + "prepare=late does not go with " + prefix
                    + "resources=own: a branch in a log of its own prepares with the call.");
        }
        Checks.range(prefix + "lock-timeout", lockTimeout, Duration.ofMillis(1), Duration.ofMinutes(10));
        Checks.range(
                prefix + "second-call-lock-timeout",
                secondCallLockTimeout,
                Duration.ofMillis(1),
                Duration.ofMinutes(10));
        Checks.range(prefix + "prepare-wait", prepareWait, Duration.ZERO, Duration.ofMinutes(1));
        if (maxPrepared != null) {
            Checks.range(prefix + "max-prepared", maxPrepared, 1, 100_000);
        }
        Checks.range(prefix + "admission-wait", admissionWait, Duration.ZERO, Duration.ofSeconds(10));
        Checks.range(prefix + "completion-pool-size", completionPoolSize, 1, 64);
        Checks.range(prefix + "max-held-callbacks", maxHeldCallbacks, 0, 1_000_000);
        Checks.range(prefix + "marker-retention", markerRetention, Duration.ofHours(2), Duration.ofDays(3650));
        Checks.range(prefix + "marker-batch", markerBatch, 1, 100_000);
    }

    /** What a coordinator's certificate names; empty: nobody looks. */
    Set<CertificateName> coordinatorNames() {
        return certificateNames(coordinatorCertificates);
    }

    private static Set<CertificateName> certificateNames(List<String> texts) {
        try {
            return texts.stream().map(CertificateName::parse).collect(Collectors.toUnmodifiableSet());
        } catch (IllegalArgumentException e) {
            // Alone: what is shown at the start is the innermost message.
            throw new IllegalArgumentException("assent.participant.coordinator-certificates: " + e.getMessage() + ".");
        }
    }

    ParticipantName participantName() {
        return new ParticipantName(String.valueOf(name));
    }

    /** What a branch consists of. */
    public enum Resources {
        POSTGRES,
        JTA,
        OWN
    }

    /**
     * Branches that are held open between calls.
     *
     * @param maxOpen how many at once, further ones are refused; each keeps a connection of the pool, so fewer than it has. 0 to 9999, half of the pool if unset
     * @param maxIdle how long one waits for the next call or for the question for its vote before it rolls back; 100ms to 1h
     */
    public record Late(
            @Nullable Integer maxOpen, @DefaultValue("30s") Duration maxIdle) {

        public Late {
            if (maxOpen != null) {
                Checks.range("assent.participant.late.max-open", maxOpen, 0, 9_999);
            }
            Checks.range("assent.participant.late.max-idle", maxIdle, Duration.ofMillis(100), Duration.ofHours(1));
        }
    }

    /**
     * Reservations.
     *
     * @param cancelDelay how long after the deadline a try may still be on its way whose process is not known to be alive: its cancel waits so long. At least the timeouts of the clients that tries use. Also how long a try waits for a cancel that runs meanwhile; 100ms to 1h
     */
    public record Reservations(@DefaultValue("10s") Duration cancelDelay) {

        public Reservations {
            Checks.range(
                    "assent.participant.reservations.cancel-delay",
                    cancelDelay,
                    Duration.ofMillis(100),
                    Duration.ofHours(1));
        }
    }

    /**
     * How this service looks after its branches in doubt.
     *
     * @param interval pause between two passes; 100ms to 10m
     * @param minAge younger branches are left alone, their vote may still be on its way; 0 to 10m
     * @param batch how many branches one inquiry asks about; 1 to 1000
     */
    public record Sweep(
            @DefaultValue("3s") Duration interval,
            @DefaultValue("5s") Duration minAge,
            @DefaultValue("1000") int batch) {

        public Sweep {
            Checks.range("assent.participant.sweep.interval", interval, Duration.ofMillis(100), Duration.ofMinutes(10));
            Checks.range("assent.participant.sweep.min-age", minAge, Duration.ZERO, Duration.ofMinutes(10));
            Checks.range("assent.participant.sweep.batch", batch, 1, 1_000);
        }
    }

    /**
     * What is asked when somebody asks what is wrong.
     *
     * @param timeout how long all checks together may take; what has not answered by then is shown so; 100ms to 1m
     */
    public record Doctor(@DefaultValue("5s") Duration timeout) {

        public Doctor {
            Checks.range("assent.participant.doctor.timeout", timeout, Duration.ofMillis(100), Duration.ofMinutes(1));
        }
    }

    /**
     * The tables of this starter.
     *
     * @param initialize whether they are created at the start, the one for reservations where there is a @TryConfirmCancel: always, or never
     */
    public record Schema(@DefaultValue("always") Initialize initialize) {

        /** When the table is created. */
        public enum Initialize {
            ALWAYS,
            NEVER
        }
    }
}
