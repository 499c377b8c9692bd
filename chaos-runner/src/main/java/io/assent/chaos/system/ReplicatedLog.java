package io.assent.chaos.system;

import java.nio.file.Path;
import java.util.List;

/** The servers of a replicated decision log: one is the primary, and waits for a standby. Thread-safe. */
public interface ReplicatedLog extends AutoCloseable {

    /** Starts the servers of a log and whatever sees to them. */
    @FunctionalInterface
    interface Starter {

        /**
         * @param data an empty or new directory
         * @param logs where each process has its file, if it is not among the data
         * @return when there are a primary and a synchronous standby
         * @throws RuntimeException if it cannot be started, saying why; nothing is left running
         */
        ReplicatedLog start(Path data, Path logs);
    }

    /** Where they listen: always the same and in the same order, whichever is the primary. */
    List<Endpoint> servers();

    /** Makes a database, and its owner of the same name, on all of them; returns when a standby has it. */
    void createDatabase(String name, String password);

    /** Ends every process, also paused ones. Safe to repeat. */
    @Override
    void close();

    /** The address of a database, wherever the primary is, for whoever connects to these. */
    static String jdbcUrl(List<Endpoint> servers, String database) {
        String hosts = String.join(",", servers.stream().map(Endpoint::toString).toList());
        return "jdbc:postgresql://" + hosts + "/" + database + "?targetServerType=primary";
    }
}
