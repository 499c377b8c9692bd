package io.assent.chaos.system;

import io.assent.demo.process.SupervisedProcess;

/**
 * A coordinator or a bank. When it ends by itself, such as at an armed crash point or because its database was down at its
 * start, it is started again, as Kubernetes would.
 */
public final class ServiceNode implements Node {

    private final SupervisedProcess process;
    private final Endpoint endpoint;

    ServiceNode(SupervisedProcess process, Endpoint endpoint) {
        this.process = process;
        this.endpoint = endpoint;
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
