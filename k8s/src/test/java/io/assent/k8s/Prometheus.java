package io.assent.k8s;

import io.assent.demo.process.ProcessSpec;
import io.assent.demo.process.ProcessStarter;
import io.assent.demo.process.SupervisedProcess;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A real Prometheus that scrapes services each second and evaluates alert rules. The program is the one that
 * {@code PROMETHEUS} names (an environment variable), else one on the path, else that of the distribution's package.
 *
 * <p>The clock of the rules runs sixty times as fast: their durations, and what they compare an age with, are divided by 60.
 */
final class Prometheus implements AutoCloseable {

    private static final String REMEDY =
            "Install Prometheus, or say where it is: PROMETHEUS=/path/to/prometheus ./mvnw verify";
    private static final Pattern MINUTES = Pattern.compile("\\b(\\d+)m\\b");
    private static final Pattern HOURS = Pattern.compile("\\b(\\d+)h\\b");
    private static final Pattern AGE = Pattern.compile("(_oldest_seconds\\)? > )(\\d+)");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http = HttpClient.newHttpClient();
    private final SupervisedProcess process;
    private final int port;

    /**
     * @param groups the {@code groups} of PrometheusRules
     * @param targets the port of each service, under the name of its job
     */
    Prometheus(
            List<JsonNode> groups,
            Map<String, Integer> targets,
            Path directory,
            ProcessStarter starter,
            ScheduledExecutorService scheduler)
            throws IOException, InterruptedException {
        port = freePort();
        ObjectNode rules = JSON.createObjectNode();
        ArrayNode all = rules.putArray("groups");
        groups.forEach(group -> all.add(spedUp(group)));
        // JSON is YAML.
        Files.writeString(directory.resolve("rules.yml"), rules.toString());
        ObjectNode configuration = JSON.createObjectNode();
        configuration.putObject("global").put("scrape_interval", "1s").put("evaluation_interval", "1s");
        configuration.putArray("rule_files").add("rules.yml");
        ArrayNode jobs = configuration.putArray("scrape_configs");
        targets.forEach((job, target) -> jobs.addObject()
                .put("job_name", job)
                .put("metrics_path", "/actuator/prometheus")
                .putArray("static_configs")
                .addObject()
                .putArray("targets")
                .add("127.0.0.1:" + target));
        Files.writeString(directory.resolve("prometheus.yml"), configuration.toString());
        process = new SupervisedProcess(
                new ProcessSpec(
                        "prometheus",
                        List.of(
                                program().toString(),
                                "--config.file=" + directory.resolve("prometheus.yml"),
                                "--storage.tsdb.path=" + directory.resolve("data"),
                                "--web.listen-address=127.0.0.1:" + port),
                        Map.of(),
                        directory,
                        directory,
                        directory.resolve("prometheus.log"),
                        URI.create("http://127.0.0.1:" + port + "/-/ready"),
                        Duration.ofMinutes(2),
                        Duration.ofSeconds(30)),
                starter,
                scheduler,
                message -> {});
        process.start();
        process.awaitReady();
    }

    /** The names of the alerts that are firing now. */
    Set<String> firing() {
        return elements(get("/api/v1/alerts").at("/data/alerts"))
                .filter(alert -> alert.path("state").asString("").equals("firing"))
                .map(alert -> alert.at("/labels/alertname").asString(""))
                .collect(Collectors.toSet());
    }

    /** Each rule whose last evaluation failed, with the reason. */
    List<String> brokenRules() {
        return elements(get("/api/v1/rules").at("/data/groups"))
                .flatMap(group -> elements(group.path("rules")))
                .filter(rule -> rule.path("health").asString("").equals("err"))
                .map(rule -> rule.path("name").asString("") + ": "
                        + rule.path("lastError").asString(""))
                .toList();
    }

    /** Each target that is not scraped well, with the reason. */
    List<String> badTargets() {
        return elements(get("/api/v1/targets").at("/data/activeTargets"))
                .filter(target -> !target.path("health").asString("").equals("up"))
                .map(target -> target.path("scrapeUrl").asString("") + " is "
                        + target.path("health").asString("") + ": "
                        + target.path("lastError").asString(""))
                .toList();
    }

    /** How many rules have been evaluated at least once. */
    long evaluatedRules() {
        return elements(get("/api/v1/rules").at("/data/groups"))
                .flatMap(group -> elements(group.path("rules")))
                .filter(rule -> !rule.path("health").asString("unknown").equals("unknown"))
                .count();
    }

    /** How many series a query has now. */
    int series(String query) {
        JsonNode answer = get("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
        if (!answer.path("status").asString("").equals("success")) {
            throw new IllegalArgumentException(
                    query + ": " + answer.path("error").asString(""));
        }
        return answer.at("/data/result").size();
    }

    @Override
    public void close() {
        process.close();
    }

    private static JsonNode spedUp(JsonNode group) {
        ObjectNode copy = (ObjectNode) group.deepCopy();
        for (JsonNode rule : copy.path("rules")) {
            ObjectNode alert = (ObjectNode) rule;
            alert.put("expr", spedUp(alert.path("expr").asString("")));
            if (alert.has("for")) {
                alert.put("for", spedUp(alert.path("for").asString("")));
            }
        }
        return copy;
    }

    static String spedUp(String text) {
        String shorter = HOURS.matcher(MINUTES.matcher(text).replaceAll("$1s")).replaceAll("$1m");
        return AGE.matcher(shorter)
                .replaceAll(match ->
                        Matcher.quoteReplacement(match.group(1) + Math.max(1, Integer.parseInt(match.group(2)) / 60)));
    }

    private JsonNode get(String path) {
        try {
            return JSON.readTree(http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .timeout(Duration.ofSeconds(30))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body());
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        return Manifest.elements(array);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private static Path program() throws IOException, InterruptedException {
        String named = System.getenv("PROMETHEUS");
        if (named != null && !named.isBlank()) {
            return Path.of(named);
        }
        for (String directory :
                Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator)) {
            Path program = Path.of(directory, "prometheus");
            if (Files.isExecutable(program)) {
                return program;
            }
        }
        if (DebianPackage.isPossible()) {
            return DebianPackage.unpacked("prometheus", REMEDY).resolve("usr/bin/prometheus");
        }
        throw new IllegalStateException("The tests of the alerts need Prometheus. " + REMEDY);
    }
}
