package io.assent.demo.system;

import io.assent.demo.node.NodeRuntime;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The stock service, with the packages that it needs installed beside it.
 *
 * @param node the Node.js that runs it
 * @param project the directory examples/node-participant
 */
public record StockProgram(NodeRuntime node, Path project) {

    /**
     * Finds a Node.js and installs what the service's lock file names.
     *
     * @param repository the root of the repository
     * @param cache where a Node.js that has to be fetched is kept
     * @throws IOException if there is none and none can be fetched; the message says what was tried
     */
    public static StockProgram installed(Path repository, Path cache) throws IOException, InterruptedException {
        Path project = repository.resolve("examples/node-participant");
        NodeRuntime node = NodeRuntime.find(cache);
        node.installDependencies(project);
        return new StockProgram(node, project);
    }

    /** The command that starts it. */
    public List<String> command() {
        return List.of(node.node().toString(), project.resolve("server.js").toString());
    }

    /**
     * The environment that it is configured by.
     *
     * @param name its name as a participant
     */
    public static Map<String, String> environment(Database database, int port, String coordinator, String name) {
        String server = database.jdbcUrl().substring("jdbc:postgresql://".length());
        return Map.of(
                "DATABASE_URL",
                "postgres://" + database.name() + ":" + database.password() + "@" + server,
                "PORT",
                Integer.toString(port),
                "COORDINATOR_URLS",
                coordinator,
                "PARTICIPANT_NAME",
                name);
    }

    /** Answers 200 while it can reach its database. */
    public static URI readiness(String url) {
        return URI.create(url + "/health");
    }
}
