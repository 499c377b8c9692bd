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

    static final String HIKARI_CONNECTIONS = "hikaricp.connections.active";

    private final SupervisedProcess process;
    private final Endpoint endpoint;
    private final String connections;
    private final @Nullable Path volume;

    /**
     * @param connections the metric that counts its connections in use
     * @param volume what it keeps and can do without; null: nothing
     */
    ServiceNode(SupervisedProcess process, Endpoint endpoint, String connections, @Nullable Path volume) {
        this.process = process;
        this.endpoint = endpoint;
        this.connections = connections;
        this.volume = volume;
    }

    static ServiceNode of(SupervisedProcess process, Endpoint endpoint) {
        return new ServiceNode(process, endpoint, HIKARI_CONNECTIONS, null);
    }

    /** The metric that counts its connections in use. */
    public String connections() {
        return connections;
    }

    /** Whether there is something that {@link #loseVolume()} takes away. */
    public boolean hasVolume() {
        return volume != null;
    }

    /** Takes away what it keeps on a volume of its own, as when it is started on another machine. To be called while it is down. */
    public void loseVolume() {
        try {
            FileSystemUtils.deleteRecursively(volume);
        } catch (IOException e) {
            throw new UncheckedIOException(volume + " cannot be deleted", e);
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
