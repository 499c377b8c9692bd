package io.assent.chaos.system;

import io.assent.demo.process.Signal;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A PostgreSQL server with all its processes. */
public final class PostgresNode implements Node, AutoCloseable {

    private final String name;
    private final EmbeddedPostgres server;

    PostgresNode(String name, EmbeddedPostgres server) {
        this.name = name;
        this.server = server;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Endpoint endpoint() {
        return Endpoint.loopback(server.port());
    }

    /** The server, for those who want to look into it. */
    public EmbeddedPostgres server() {
        return server;
    }

    /** Kills every process of the server: none of them gets to finish what it is at, as when the machine dies. */
    @Override
    public void kill() {
        List<ProcessHandle> children = ProcessHandle.of(server.pid())
                .map(process -> process.descendants().toList())
                .orElse(List.of());
        server.kill();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /** Returns when the server accepts connections. */
    @Override
    public void start() {
        server.restart();
    }

    @Override
    public void awaitReady() {
        try (Connection connection = server.superuserConnection()) {
            if (!connection.isValid(10)) {
                throw new IllegalStateException(name + " does not answer");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(name + " cannot be reached: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean isReady() {
        return server.isRunning();
    }

    @Override
    public void pause() {
        // The parent first: afterwards it starts no more children.
        Signal.STOP.send(server.pid());
        Signal.STOP.sendToLiving(pids());
    }

    @Override
    public void resume() {
        Signal.CONT.sendToLiving(pids());
    }

    private List<Long> pids() {
        List<Long> pids = new ArrayList<>(List.of(server.pid()));
        ProcessHandle.of(server.pid())
                .ifPresent(
                        process -> process.descendants().map(ProcessHandle::pid).forEach(pids::add));
        return pids;
    }

    @Override
    public void close() {
        // A stopped server would not see the request to end.
        resume();
        server.close();
    }
}
