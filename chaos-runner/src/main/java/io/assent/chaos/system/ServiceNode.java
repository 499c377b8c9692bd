package io.assent.chaos.system;

import io.assent.demo.process.SupervisedProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * A coordinator or a bank. When it ends by itself, such as at an armed crash point or because its database was down at its
 * start, it is started again, as Kubernetes would.
 */
public final class ServiceNode implements Node {

    /**
     * Where a service tells what it holds.
     *
     * @param connections the metric that counts connections in use
     * @param threads the metric that counts what is at work
     */
    public record Metrics(String connections, String threads) {

        static final Metrics SPRING = new Metrics("hikaricp.connections.active", "jvm.threads.live");
    }

    private final SupervisedProcess process;
    private final Endpoint endpoint;
    private final Metrics metrics;
    private final @Nullable Path volume;

    /**
     * @param volume what it keeps and can do without; null: nothing
     */
    ServiceNode(SupervisedProcess process, Endpoint endpoint, Metrics metrics, @Nullable Path volume) {
        this.process = process;
        this.endpoint = endpoint;
        this.metrics = metrics;
        this.volume = volume;
    }

    static ServiceNode of(SupervisedProcess process, Endpoint endpoint) {
        return new ServiceNode(process, endpoint, Metrics.SPRING, null);
    }

    /** Where it tells what it holds. */
    public Metrics metrics() {
        return metrics;
    }

    /** Whether there is something that {@link #loseVolume()} takes away. */
    public boolean hasVolume() {
        return volume != null;
    }

    /** Takes away what it keeps on a volume of its own, as when it is started on another machine. To be called while it is down. */
    public void loseVolume() {
        Path lost = volume;
        if (lost == null) {
            throw new IllegalStateException(name() + " has no volume");
        }
        try {
            FileSystemUtils.deleteRecursively(lost);
        } catch (IOException e) {
            throw new UncheckedIOException(lost + " cannot be deleted", e);
        }
    }

    @Override
    public String name() {
        return process.name();
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    /** The process, for those who want to know its pid, its starts or whether it lives. */
    public SupervisedProcess process() {
        return process;
    }

    @Override
    public void kill() {
        process.supervise(false);
        process.kill();
    }

    @Override
    public void start() {
        process.start();
        process.supervise(true);
    }

    @Override
    public void awaitReady() {
        process.awaitReady();
    }

    @Override
    public boolean isReady() {
        return process.isReady();
    }

    @Override
    public void pause() {
        process.pause();
    }

    @Override
    public void resume() {
        process.resume();
    }

    /** Ends it in an orderly way; {@link #start()} brings it back. */
    public void stop() {
        process.stop();
    }
}
