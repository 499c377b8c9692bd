package io.assent.coordinator.config;

import io.assent.coordinator.engine.InstanceList;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.LogVitals;
import io.assent.coordinator.engine.TransactionCoordinator;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.log.LogOpening;
import io.assent.coordinator.log.LogProperties;
import io.assent.coordinator.log.LogSite;
import io.assent.coordinator.operations.Rotation;
import io.assent.coordinator.recovery.Recovery;
import io.assent.coordinator.shard.RingAgreement;
import io.assent.coordinator.shard.RingAgreement.Recorded;
import io.assent.coordinator.shard.RingConflictException;
import io.assent.coordinator.shard.Shard;
import io.assent.coordinator.shard.Shards;
import io.assent.coordinator.tracing.TracingCoordinator;
import io.assent.coordinator.tracing.TransactionTraces;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * Opens the logs, each in a context of its own ({@link LogConfiguration}), before the service listens, and closes them after
 * it was told to stop listening. A log that cannot be reached does not keep the others from being used: it is opened as soon
 * as it can be. A service that can open none does not start, and neither does one whose ring does not fit what a log has
 * recorded.
 *
 * <p>Thread-safe.
 */
final class LogContexts implements Rotation.Takeovers, SmartLifecycle, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LogContexts.class);

    private final ConfigurableApplicationContext service;
    private final Map<String, LogSite> sites;
    private final Shards shards;
    private final LogProperties properties;
    private final List<LogContextCustomizer> customizers;
    private final Map<String, AnnotationConfigApplicationContext> contexts = new ConcurrentHashMap<>();
    private final Thread opener = new Thread(this::openMissing, "assent-open-logs");
    private boolean recovering;
    private volatile boolean running;
    private volatile boolean ended;

    /** @param service whose beans the logs share */
    LogContexts(
            ConfigurableApplicationContext service,
            LogSites sites,
            Shards shards,
            LogProperties properties,
            List<LogContextCustomizer> customizers) {
        this.service = service;
        this.sites = sites.sites().stream()
                .collect(Collectors.toMap(LogSite::name, Function.identity(), (one, other) -> one, LinkedHashMap::new));
        this.shards = shards;
        this.properties = properties;
        this.customizers = customizers;
        this.opener.setDaemon(true);
    }

    /** The context of a log that is open. */
    ConfigurableApplicationContext context(String name) {
        AnnotationConfigApplicationContext context = contexts.get(name);
        if (context == null) {
            throw new IllegalStateException(
                    "log " + name + " is not open: " + shards.named(name).cannotDecide());
        }
        return context;
    }

    /** What there is to tell of the health of a log; null while it is not open. */
    @Nullable
    HealthIndicator health(String name) {
        AnnotationConfigApplicationContext context = contexts.get(name);
        return context == null ? null : context.getBean(HealthIndicator.class);
    }

    @Override
    public void start() {
        Map<String, Exception> failures = open();
        if (contexts.isEmpty()) {
            throw new IllegalStateException(
                    "no decision log can be opened",
                    failures.values().iterator().next());
        }
        failures.forEach((name, failure) -> log.error(
                "Log {} cannot be opened: {}. Its transactions wait; those of the others go on. It is tried again every {}.",
                name,
                text(failure),
                properties.verifyInterval()));
        running = true;
        opener.start();
    }

    /** Whoever is not open yet; one that is open is not touched. */
    private void openMissing() {
        while (!ended && contexts.size() < sites.size()) {
            LockSupport.parkNanos(properties.verifyInterval().toNanos());
            if (!ended) {
                try {
                    open();
                } catch (RingConflictException e) {
                    sites.keySet().stream()
                            .filter(name -> !contexts.containsKey(name))
                            .forEach(name -> failed(name, e));
                } catch (RuntimeException e) {
                    log.error("A defect in opening a log; tried again.", e);
                }
            }
        }
    }

    /**
     * Opens what is not open and can be.
     *
     * @return why each of the others cannot be opened now
     * @throws RingConflictException if the ring does not fit; then none is opened
     */
    private Map<String, Exception> open() {
        Map<String, Exception> failures = new TreeMap<>();
        Map<String, Recorded> looks = looks(failures);
        boolean changes = RingAgreement.changes(shards.ring(), looks, texts(failures));
        Map<String, AnnotationConfigApplicationContext> fresh = forEach(
                looks.keySet().stream()
                        .filter(name -> !contexts.containsKey(name))
                        .toList(),
                name -> refreshed(site(name)),
                failures);
        boolean handedOut = false;
        try {
            if (changes) {
                looks.keySet().removeAll(failures.keySet());
                RingAgreement.changes(shards.ring(), looks, texts(failures));
                settle(fresh, RingAgreement.added(shards.ring(), looks), failures);
            }
            fresh.forEach(this::handOut);
            handedOut = true;
        } finally {
            if (!handedOut) {
                fresh.values().forEach(AnnotationConfigApplicationContext::close);
            }
        }
        // One that is open tells by itself how it is.
        failures.keySet().removeIf(contexts::containsKey);
        failures.forEach(this::failed);
        return failures;
    }

    private Map<String, Recorded> looks(Map<String, Exception> failures) {
        return forEach(List.copyOf(sites.keySet()), name -> LogOpening.look(site(name), properties), failures);
    }

    /** Records the ring in every log that could be opened, looks again, and confirms; see {@link RingAgreement}. */
    private void settle(
            Map<String, AnnotationConfigApplicationContext> fresh,
            List<String> added,
            Map<String, Exception> failures) {
        Map<String, LogOpening> openings = new TreeMap<>();
        contexts.forEach((name, context) -> openings.put(name, context.getBean(LogOpening.class)));
        fresh.forEach((name, context) -> openings.put(name, context.getBean(LogOpening.class)));
        Map<String, Exception> unsettled = new TreeMap<>(failures);
        forEach(
                List.copyOf(openings.keySet()),
                name -> done(() -> opening(openings, name).record(added)),
                unsettled);
        Map<String, Recorded> looks = forEach(
                List.copyOf(openings.keySet()), name -> opening(openings, name).look(), unsettled);
        looks.keySet().removeAll(unsettled.keySet());
        RingAgreement.complete(shards.ring(), looks, texts(unsettled));
        forEach(List.copyOf(looks.keySet()), name -> done(opening(openings, name)::confirm), unsettled);
        unsettled.forEach((name, failure) -> {
            AnnotationConfigApplicationContext unusable = fresh.remove(name);
            if (unusable != null) {
                unusable.close();
            }
            failures.put(name, failure);
        });
    }

    private static LogOpening opening(Map<String, LogOpening> openings, String name) {
        return Objects.requireNonNull(openings.get(name), "one of these");
    }

    private LogSite site(String name) {
        return Objects.requireNonNull(sites.get(name), "one of the ring");
    }

    private interface Step {
        void run() throws SQLException;
    }

    private static boolean done(Step step) throws SQLException {
        step.run();
        return true;
    }

    private AnnotationConfigApplicationContext refreshed(LogSite site) {
        AnnotationConfigApplicationContext context = withBeansOf(service, site, LogConfiguration.class);
        customizers.forEach(customizer -> customizer.customize(context));
        context.refresh();
        return context;
    }

    /** Of one log, with the beans of the service behind its own, but not its child: what happens to it is no event there. */
    static AnnotationConfigApplicationContext withBeansOf(
            ConfigurableApplicationContext service, LogSite site, Class<?> configuration) {
        AnnotationConfigApplicationContext context =
                new AnnotationConfigApplicationContext(new DefaultListableBeanFactory(service.getBeanFactory()));
        context.setDisplayName("log " + site.name());
        context.setEnvironment(service.getEnvironment());
        context.setClassLoader(service.getClassLoader());
        context.registerBean(LogSite.class, () -> site);
        context.register(configuration);
        return context;
    }

    private void handOut(String name, AnnotationConfigApplicationContext context) {
        Shard shard = shards.named(name);
        LogOpening opening = context.getBean(LogOpening.class);
        opening.opened();
        TransactionCoordinator coordinator = context.getBean(TransactionCoordinator.class);
        synchronized (this) {
            if (ended) {
                context.close();
                return;
            }
            contexts.put(name, context);
            if (recovering) {
                context.getBean(Recovery.class).start();
            }
        }
        TransactionTraces traces =
                service.getBeanProvider(TransactionTraces.class).getIfAvailable();
        shard.opened(new Shard.Open(
                traces == null ? coordinator : new TracingCoordinator(coordinator, traces),
                coordinator,
                context.getBean(TransactionSearch.class),
                context.getBean(LogLives.class),
                context.getBean(LogVitals.class),
                context.getBean(InstanceList.class),
                opening::cannotDecide,
                opening::cannotRead));
        if (running) {
            log.info("Log {} is open; its transactions go on.", name);
        }
    }

    private void failed(String name, Exception failure) {
        String reason = text(failure);
        Shard shard = shards.named(name);
        if (running && !reason.equals(shard.cannotDecide())) {
            log.warn("Log {} cannot be opened: {}.", name, reason);
        }
        shard.failed(reason);
    }

    /** The service is ready: what was left behind is taken over from now on. */
    @Override
    public synchronized void recover() {
        recovering = true;
        contexts.values().forEach(context -> context.getBean(Recovery.class).start());
    }

    /** The service goes down, or is drained: nothing more is taken over. */
    @Override
    public synchronized void recoverNoMore() {
        recovering = false;
        contexts.values().forEach(context -> context.getBean(Recovery.class).stop());
    }

    /** All at the same time: a log that hangs does not use up the time of the others. */
    @Override
    public void stop() {
        List<AnnotationConfigApplicationContext> open;
        synchronized (this) {
            ended = true;
            running = false;
            open = List.copyOf(contexts.values());
            contexts.clear();
        }
        LockSupport.unpark(opener);
        List<Thread> closing = open.stream()
                .map(context -> new Thread(context::close, "assent-close-" + context.getDisplayName()))
                .toList();
        closing.forEach(Thread::start);
        try {
            for (Thread one : closing) {
                one.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Before the web server starts; after it, which waits for the requests under way, has ended. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE - 4096;
    }

    private static Map<String, String> texts(Map<String, Exception> failures) {
        return failures.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, failure -> text(failure.getValue())));
    }

    /** The reason, not the frames around it. */
    private static String text(Throwable failure) {
        Throwable reason = failure;
        while (!(reason instanceof RingConflictException) && reason.getCause() != null) {
            reason = reason.getCause();
        }
        return String.valueOf(reason.getMessage());
    }

    /** Does it for all at the same time; one that hangs costs the others nothing but the wait for its timeout. */
    private static <T> Map<String, T> forEach(List<String> names, Attempt<T> attempt, Map<String, Exception> failures) {
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "assent-open-log");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Map<String, CompletableFuture<T>> all = new LinkedHashMap<>();
            names.forEach(name ->
                    all.put(name, CompletableFuture.supplyAsync(() -> call(() -> attempt.on(name)), threads)));
            Map<String, T> done = new LinkedHashMap<>();
            all.forEach((name, one) -> {
                try {
                    done.put(name, one.join());
                } catch (CompletionException e) {
                    failures.put(name, e.getCause() instanceof Exception cause ? cause : e);
                }
            });
            return done;
        } finally {
            threads.shutdown();
        }
    }

    private static <T> T call(Callable<T> attempt) {
        try {
            return attempt.call();
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    private interface Attempt<T> {
        T on(String name) throws Exception;
    }
}
