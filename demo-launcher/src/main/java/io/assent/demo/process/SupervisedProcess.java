package io.assent.demo.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One child process. It can be started, waited for, killed, paused, stopped; while it is supervised, it is started again
 * whenever it ends without having been asked to, as Kubernetes would, after a pause that grows while it keeps dying young.
 * Thread-safe.
 */
public final class SupervisedProcess implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SupervisedProcess.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(200);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);
    /** A child that lived this long starts with the shortest pause again. */
    private static final Duration SETTLED = Duration.ofSeconds(20);
    /** Exit codes of a process that ended because of SIGINT or SIGTERM: somebody asked it to. */
    private static final int INTERRUPTED = 130;

    private static final int TERMINATED = 143;

    private final ProcessStarter starter;
    private final ScheduledExecutorService scheduler;
    private final Consumer<String> listener;
    private final PidFile pidFile;
    private final HttpClient http;
    private ProcessSpec spec;
    private @Nullable Process process;
    private boolean supervised;
    private boolean wanted;
    private boolean paused;
    private int starts;
    private long startedAt;
    private long logStart;
    private Duration backoff = FIRST_BACKOFF;

    /**
     * @param scheduler runs restarts; the caller shuts it down
     * @param listener is told, in a sentence each, that the child died and that it was started again
     */
    public SupervisedProcess(
            ProcessSpec spec, ProcessStarter starter, ScheduledExecutorService scheduler, Consumer<String> listener) {
        this.spec = spec;
        this.starter = starter;
        this.scheduler = scheduler;
        this.listener = listener;
        this.pidFile = new PidFile(spec.runDirectory(), spec.name());
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PROBE_TIMEOUT)
                .build();
    }

    /**
     * Kills what an earlier run left behind under this name, which can only happen where children do not die with their
     * parent; a process that cannot be told for certain to be that child is left alone.
     *
     * @return whether there was something to kill
     */
    public synchronized boolean killLeftover() {
        try {
            boolean found = pidFile.living()
                    .map(leftover -> {
                        leftover.destroyForcibly();
                        leftover.onExit().orTimeout(10, TimeUnit.SECONDS).join();
                        return true;
                    })
                    .orElse(false);
            pidFile.delete();
            return found;
        } catch (IOException e) {
            throw failed("An earlier " + spec.name() + " could not be cleaned up: " + e, e);
        }
    }

    /** Starts the child, which must not run; {@link #awaitReady()} waits until it can be used. */
    public synchronized void start() {
        if (isAlive()) {
            throw new IllegalStateException(spec.name() + " runs already as process " + pid());
        }
        wanted = true;
        paused = false;
        launch();
    }

    /** Uses another command from the next start on. */
    public synchronized void command(ProcessSpec changed) {
        if (!changed.name().equals(spec.name())) {
            throw new IllegalArgumentException("Another process: " + changed.name());
        }
        spec = changed;
    }

    /** Whether the child is started again when it ends by itself or is killed; off until this is called. */
    public synchronized void supervise(boolean on) {
        supervised = on;
    }

    /**
     * Waits until the child answers its readiness address.
     *
     * @throws ProcessFailedException when it ended or took longer than its start timeout; with the end of its log
     */
    public void awaitReady() {
        long deadline = System.nanoTime() + spec.startTimeout().toNanos();
        while (!isReady()) {
            synchronized (this) {
                Process current = process;
                if (!supervised && current != null && !current.isAlive()) {
                    throw failed(
                            "The " + spec.name() + " ended while it started (exit code " + current.exitValue() + ")",
                            null);
                }
            }
            if (System.nanoTime() - deadline > 0) {
                throw failed(
                        "The " + spec.name() + " was not ready within "
                                + spec.startTimeout().toSeconds() + " s",
                        null);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new ProcessFailedException("Interrupted while waiting for the " + spec.name());
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    /** Whether the child answers its readiness address now. */
    public boolean isReady() {
        return isAlive() && isAnswered();
    }

    /** Whether anybody answers the readiness address: perhaps a child of another process. */
    boolean isAnswered() {
        return "tcp".equals(spec.readiness().getScheme()) ? isConnected() : isAnsweredWith200();
    }

    private boolean isConnected() {
        URI address = spec.readiness();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), (int) PROBE_TIMEOUT.toMillis());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean isAnsweredWith200() {
        HttpRequest request =
                HttpRequest.newBuilder(spec.readiness()).timeout(PROBE_TIMEOUT).build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    public synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** The pid of the child that runs or ran last. */
    public synchronized long pid() {
        if (process == null) {
            throw new IllegalStateException(spec.name() + " was never started");
        }
        return process.pid();
    }

    /** How often the child was started, restarts included. */
    public synchronized int starts() {
        return starts;
    }

    /** The CPU time that the child has used since it was started last; zero where the system does not say. */
    public synchronized Duration cpuTime() {
        return requireStarted().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    public String name() {
        return spec.name();
    }

    /** Ends the child at once ({@code kill -9}) and returns when it is gone; when supervised it comes back by itself. */
    public void kill() {
        Process victim;
        synchronized (this) {
            victim = requireStarted();
        }
        victim.destroyForcibly();
        victim.onExit().join();
    }

    /** Stops the child in the middle of whatever it does ({@code SIGSTOP}). */
    public synchronized void pause() {
        Signal.STOP.send(requireStarted().pid());
        paused = true;
    }

    /** Lets a paused child go on ({@code SIGCONT}). */
    public synchronized void resume() {
        Signal.CONT.send(requireStarted().pid());
        paused = false;
    }

    /** Stops the child and starts it again; returns when it is ready. */
    public void restart() {
        stop();
        start();
        awaitReady();
    }

    /** Asks the child to end, kills it when that takes too long, and returns when it is gone. */
    public void stop() {
        beginStop();
        awaitStopped();
    }

    /** Asks the child to end and returns at once; {@link #awaitStopped()} waits. */
    public synchronized void beginStop() {
        wanted = false;
        if (process != null && process.isAlive()) {
            if (paused) {
                // A stopped process would never see the request.
                process.destroyForcibly();
            } else {
                process.destroy();
            }
        }
    }

    /**
     * Waits for the end after {@link #beginStop()}, with {@code kill -9} when the stop timeout has passed.
     *
     * @return whether the child ended in an orderly way
     */
    public boolean awaitStopped() {
        Process ending;
        synchronized (this) {
            ending = process;
        }
        if (ending == null) {
            return false;
        }
        try {
            if (!ending.waitFor(spec.stopTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn(
                        "The {} did not stop within {} s and is killed.",
                        spec.name(),
                        spec.stopTimeout().toSeconds());
                ending.destroyForcibly().waitFor();
            }
            pidFile.delete();
            return ending.exitValue() == 0 || ending.exitValue() == TERMINATED;
        } catch (InterruptedException e) {
            ending.destroyForcibly();
            Thread.currentThread().interrupt();
            return false;
        } catch (IOException e) {
            throw failed("The pid file of the " + spec.name() + " could not be removed: " + e, e);
        }
    }

    @Override
    public void close() {
        stop();
    }

    private void launch() {
        try {
            Files.createDirectories(spec.logFile().toAbsolutePath().getParent());
            logStart = Files.exists(spec.logFile()) ? Files.size(spec.logFile()) : 0;
            Process started = starter.start(spec);
            process = started;
            starts++;
            startedAt = System.nanoTime();
            pidFile.write(started.toHandle());
            CompletableFuture<Process> exit = started.onExit();
            exit.thenAccept(this::ended);
        } catch (IOException e) {
            throw failed("The " + spec.name() + " could not be started: " + e.getMessage(), e);
        }
    }

    private synchronized void ended(Process dead) {
        if (dead != process || !wanted || !supervised) {
            return;
        }
        int code = dead.exitValue();
        if (code == INTERRUPTED || code == TERMINATED) {
            return;
        }
        Duration pause = System.nanoTime() - startedAt > SETTLED.toNanos() ? FIRST_BACKOFF : backoff;
        Duration next = pause.multipliedBy(2);
        backoff = next.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : next;
        listener.accept("The " + spec.name() + " (process " + dead.pid() + ") died"
                + (code == 137 ? ", killed" : " with exit code " + code) + "; it is started again in "
                + pause.toMillis() + " ms.");
        scheduler.schedule(() -> startAgain(dead), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void startAgain(Process dead) {
        if (dead != process || !wanted || !supervised) {
            return;
        }
        try {
            launch();
            listener.accept("The " + spec.name() + " was started again as process " + pid() + ".");
        } catch (ProcessFailedException e) {
            log.error("{}", e.getMessage(), e);
            scheduler.schedule(() -> startAgain(dead), LONGEST_BACKOFF.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private Process requireStarted() {
        if (process == null) {
            throw new IllegalStateException(spec.name() + " was never started");
        }
        return process;
    }

    private ProcessFailedException failed(String what, @Nullable Throwable cause) {
        return new ProcessFailedException(
                what + ". The end of " + spec.logFile() + ":\n" + LogTail.of(spec.logFile(), logStart), cause);
    }
}
