package io.assent.coordinator.console;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Tells everybody who watches the same message at the same time. While nobody watches, nothing is read and no thread
 * waits for it.
 *
 * <p>A listener that takes nothing off its connection holds up only itself: each is written to by a task of its own, at most
 * one at a time, and gets the latest message once it can be written to again. When the server gives the write up, it is gone.
 *
 * <p>Ends before the web server stops: an orderly end waits for requests under way, and these would never end by
 * themselves. Thread-safe.
 */
final class LiveStream implements SmartLifecycle, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LiveStream.class);

    private static final long NO_TIMEOUT = 0;

    private final Supplier<String> message;
    private final Duration interval;
    private final int maxListeners;
    private final ScheduledThreadPoolExecutor clock;
    private final ExecutorService writers;
    private final Set<Listener> listeners = new HashSet<>();
    private @Nullable ScheduledFuture<?> ticking;
    private boolean running;

    /** @param message makes what is told; JSON in one line */
    LiveStream(Supplier<String> message, ConsoleSettings settings) {
        this.message = message;
        this.interval = settings.interval();
        this.maxListeners = settings.maxListeners();
        this.clock = new ScheduledThreadPoolExecutor(1, daemon("assent-console-clock"));
        this.clock.setRemoveOnCancelPolicy(true);
        this.clock.setKeepAliveTime(10, TimeUnit.SECONDS);
        this.clock.allowCoreThreadTimeOut(true);
        this.writers = Executors.newCachedThreadPool(daemon("assent-console-writer"));
    }

    /** Somebody wants to watch; the first message comes at once. Null: there is no room, or the service is about to end. */
    @Nullable
    SseEmitter open() {
        Listener listener = new Listener(new SseEmitter(NO_TIMEOUT));
        synchronized (this) {
            if (!running || listeners.size() >= maxListeners) {
                return null;
            }
            listeners.add(listener);
            if (ticking == null) {
                ticking = clock.scheduleAtFixedRate(
                        this::tick, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
        listener.emitter.onCompletion(() -> gone(listener));
        listener.emitter.onTimeout(() -> gone(listener));
        listener.emitter.onError(failure -> gone(listener));
        tell(List.of(listener));
        return listener.emitter;
    }

    synchronized int listeners() {
        return listeners.size();
    }

    synchronized boolean isTicking() {
        return ticking != null;
    }

    private void tick() {
        tell(watching());
    }

    private void tell(List<Listener> all) {
        try {
            String latest = message.get();
            all.forEach(listener -> listener.tell(latest));
        } catch (RuntimeException e) {
            log.warn("The live numbers of the console could not be read; the next ones come in {}", interval, e);
        }
    }

    private synchronized List<Listener> watching() {
        return List.copyOf(listeners);
    }

    private synchronized void gone(Listener listener) {
        if (listeners.remove(listener) && listeners.isEmpty() && ticking != null) {
            ticking.cancel(false);
            ticking = null;
        }
    }

    @Override
    public synchronized void start() {
        running = true;
    }

    @Override
    public void stop() {
        synchronized (this) {
            running = false;
        }
        // Not in this thread: one that hangs in a write cannot be completed before the write is given up.
        watching().forEach(listener -> {
            gone(listener);
            writers.execute(listener.emitter::complete);
        });
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }

    /** The highest is stopped first. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void close() {
        stop();
        clock.shutdownNow();
        writers.shutdown();
    }

    private static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    private final class Listener {

        private final SseEmitter emitter;
        private @Nullable String next;
        private boolean writing;

        Listener(SseEmitter emitter) {
            this.emitter = emitter;
        }

        void tell(String text) {
            synchronized (this) {
                next = text;
                if (writing) {
                    return;
                }
                writing = true;
            }
            writers.execute(this::write);
        }

        private void write() {
            String text = take();
            while (text != null) {
                try {
                    emitter.send(SseEmitter.event().name("numbers").data(text));
                } catch (IOException | IllegalStateException e) {
                    log.debug("Somebody who watched the console has gone", e);
                    gone(this);
                    return;
                }
                text = take();
            }
        }

        private synchronized @Nullable String take() {
            String text = next;
            next = null;
            writing = text != null;
            return text;
        }
    }
}
