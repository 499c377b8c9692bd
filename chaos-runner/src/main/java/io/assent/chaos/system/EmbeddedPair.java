package io.assent.chaos.system;

import io.assent.demo.process.FreePorts;
import io.assent.embeddedpostgres.ReplicatedPostgres;
import java.nio.file.Path;
import java.util.List;

/** A decision log of two embedded servers. Nobody promotes the standby but the test itself. */
public final class EmbeddedPair implements ReplicatedLog {

    private final ReplicatedPostgres postgres;
    private final List<Endpoint> servers;

    private EmbeddedPair(ReplicatedPostgres postgres, List<Endpoint> servers) {
        this.postgres = postgres;
        this.servers = servers;
    }

    /** See {@link ReplicatedLog.Starter#start}. */
    public static EmbeddedPair start(Path data, Path logs) {
        List<Integer> ports = FreePorts.find(2);
        return new EmbeddedPair(
                ReplicatedPostgres.builder()
                        .dataDirectory(data)
                        .ports(ports.get(0), ports.get(1))
                        .start(),
                ports.stream().map(Endpoint::loopback).toList());
    }

    /** The servers, for those who break them. */
    public ReplicatedPostgres postgres() {
        return postgres;
    }

    @Override
    public List<Endpoint> servers() {
        return servers;
    }

    @Override
    public void createDatabase(String name, String password) {
        postgres.createDatabase(name, name, password);
    }

    @Override
    public void close() {
        postgres.close();
    }
}
