package io.assent.participant.doctor;

import io.assent.participant.client.CoordinatorProbe;
import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.postgres.DatabaseVitals;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.doctor.Finding;
import io.assent.protocol.doctor.Report;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes all checks at the same time, each on a thread of its own and no longer than a bound. One that fails or hangs spoils
 * neither the others nor the answer. Thread-safe.
 */
public final class Doctor implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Doctor.class);

    private static final int THREADS = 8;
    private static final int WAITING = 200;

    private final List<Check> checks;
    private final Duration patience;
    private final ThreadPoolExecutor threads;

    /**
     * The participant's database, and what is known of it without asking.
     *
     * @param vitals looks at it
     * @param maxPrepared up to how many prepared transactions in the server calls are let in
     * @param poolSize connections of the application; null if nobody knows
     * @param markerRetention how long markers are kept
     */
    public record Database(
            DatabaseVitals vitals,
            int maxPrepared,
            @Nullable Integer poolSize,
            Duration markerRetention) {}

    /**
     * The coordinators' addresses, and how to ask them.
     *
     * @param urls without {@code /v1}
     */
    public record Coordinators(List<URI> urls, CoordinatorProbe probe) {}

    /**
     * With all its checks.
     *
     * @param database null where branches are in a log that the service brings
     * @param patience how long all of it may take
     */
    public static Doctor of(
            ParticipantName participant,
            @Nullable Database database,
            BranchResource branches,
            Coordinators coordinators,
            Duration patience) {
        List<Check> checks = new ArrayList<>();
        if (database != null) {
            checks.add(DatabaseChecks.of(participant, database));
        }
        checks.add(ServiceChecks.inDoubt(branches));
        String version = Doctor.class.getPackage().getImplementationVersion();
        coordinators.urls().forEach(url -> checks.add(ServiceChecks.coordinator(url, coordinators.probe(), version)));
        return new Doctor(checks, patience);
    }

    /** @param patience how long all of it may take */
    Doctor(List<Check> checks, Duration patience) {
        this.checks = List.copyOf(checks);
        this.patience = patience;
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(task, "assent-doctor");
                    thread.setDaemon(true);
                    return thread;
                });
        this.threads.allowCoreThreadTimeOut(true);
    }

    /** Never fails. */
    public Report examine() {
        long deadline = System.nanoTime() + patience.toNanos();
        List<@Nullable Future<List<Finding>>> asked = new ArrayList<>();
        for (Check check : checks) {
            asked.add(ask(check));
        }
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < checks.size(); i++) {
            findings.addAll(found(checks.get(i), asked.get(i), deadline));
        }
        return Report.of(findings);
    }

    private @Nullable Future<List<Finding>> ask(Check check) {
        try {
            return threads.submit(() -> check.look().get());
        } catch (RejectedExecutionException e) {
            return null;
        }
    }

    private List<Finding> found(Check check, @Nullable Future<List<Finding>> asked, long deadline) {
        if (asked == null) {
            return unknown(check.names(), "too many checks wait", "Ask again in some seconds");
        }
        try {
            return asked.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // What it is at ends within its own bounds; an interrupt would break its connection.
            asked.cancel(false);
            return silent(check, "it did not answer within " + patience);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (!(cause instanceof BranchResourceException)) {
                log.warn("The check {} of the doctor failed.", check.names().get(0), cause);
            }
            return silent(check, String.valueOf(cause.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unknown(check.names(), "it was interrupted", "Ask again in some seconds");
        }
    }

    private static List<Finding> silent(Check check, String why) {
        List<Finding> findings = new ArrayList<>();
        String first = check.names().get(0);
        findings.add(Finding.problem(first, why, check.remedy()));
        findings.addAll(
                unknown(check.names().subList(1, check.names().size()), "it could not be looked at", "See " + first));
        return findings;
    }

    private static List<Finding> unknown(List<String> names, String why, String remedy) {
        return names.stream().map(name -> Finding.unknown(name, why, remedy)).toList();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
