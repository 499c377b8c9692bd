package io.assent.chaos.patroni;

import io.assent.chaos.system.Endpoint;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * What Patroni is told about one server: strict synchronous mode, so that a primary without a standby waits, and a failover
 * as soon as one is possible. Its file format is YAML, of which JSON is a part.
 *
 * @param name of the server
 * @param postgres where the server listens
 * @param api where Patroni listens
 * @param etcd where etcd listens
 * @param directory where all of it is kept, the data in {@code data}
 * @param programs where PostgreSQL is
 * @param password of the superuser and of the user for replication
 */
record PatroniSettings(
        String name,
        Endpoint postgres,
        Endpoint api,
        Endpoint etcd,
        Path directory,
        PatroniPrograms programs,
        String password) {

    static final String SUPERUSER = "postgres";

    private static final String REPLICATION_USER = "replication";

    /** How long the leader's lock lasts, in seconds; short, since most of a failover is waiting for its end. */
    private static final int TTL = 10;
    /** Patroni wants the pause and twice the retries to fit into the lock's time. */
    private static final int PAUSE = 1;

    private static final int RETRY = 4;

    Path data() {
        return directory.resolve("data");
    }

    String json() {
        return new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all());
    }

    private Map<String, Object> all() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("scope", "decisions");
        all.put("name", name);
        all.put("restapi", Map.of("listen", api.toString(), "connect_address", api.toString()));
        all.put(programs.etcdApi(), Map.of("host", etcd.toString()));
        all.put("bootstrap", Map.of("dcs", shared(), "initdb", List.of(Map.of("encoding", "UTF8"), "data-checksums")));
        all.put("postgresql", local());
        return all;
    }

    /** What the first server writes to etcd for all. */
    private static Map<String, Object> shared() {
        return Map.of(
                "ttl",
                TTL,
                "loop_wait",
                PAUSE,
                "retry_timeout",
                RETRY,
                "synchronous_mode",
                true,
                "synchronous_mode_strict",
                true,
                // A primary that died is not waited for: its standby takes over.
                "primary_start_timeout",
                0,
                "postgresql",
                Map.of(
                        "use_pg_rewind",
                        true,
                        "parameters",
                        Map.of(
                                "max_connections",
                                100,
                                "shared_buffers",
                                "64MB",
                                "wal_keep_size",
                                "256MB",
                                "wal_log_hints",
                                "on",
                                // A standby that finds its new primary not promoted yet asks again so soon; 5 s
                                // otherwise.
                                "wal_retrieve_retry_interval",
                                "500ms")));
    }

    private Map<String, Object> local() {
        Map<String, Object> local = new LinkedHashMap<>();
        local.put("listen", postgres.toString());
        local.put("connect_address", postgres.toString());
        local.put("data_dir", data().toString());
        local.put("bin_dir", programs.postgres().toString());
        local.put("pgpass", directory.resolve("pgpass").toString());
        local.put(
                "authentication",
                Map.of(
                        "superuser",
                        Map.of("username", SUPERUSER, "password", password),
                        "replication",
                        Map.of("username", REPLICATION_USER, "password", password)));
        // The path of a socket would be too long for some directories.
        local.put("parameters", Map.of("unix_socket_directories", ""));
        local.put(
                "pg_hba",
                List.of(
                        "host replication " + REPLICATION_USER + " 127.0.0.1/32 scram-sha-256",
                        "host all all 127.0.0.1/32 scram-sha-256"));
        // Otherwise it would wait for a person.
        local.put("remove_data_directory_on_rewind_failure", true);
        local.put("remove_data_directory_on_diverged_timelines", true);
        return local;
    }
}
