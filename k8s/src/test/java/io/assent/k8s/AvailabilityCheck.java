package io.assent.k8s;

import static io.assent.k8s.Manifest.elements;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** A node, a pod or a version can go without anybody noticing; and no more instances come than the log has room for. */
final class AvailabilityCheck implements Check {

    private static final Pattern SECONDS = Pattern.compile("(?<seconds>[0-9]+)s");

    /** What PostgreSQL keeps for itself, its operator and a person. */
    private static final int RESERVED_CONNECTIONS = 20;

    private static final int DEFAULT_MAX_CONNECTIONS = 100;

    /** Connections of an instance for its heartbeat and, now and then, for partitions. */
    private static final int BESIDES = 2;

    @Override
    public Stream<String> problems(Manifests manifests) {
        return manifests
                .each("Deployment")
                .flatMap(deployment -> Stream.of(
                                shutdown(manifests, deployment),
                                disruptions(manifests, deployment),
                                scaling(manifests, deployment))
                        .flatMap(problems -> problems)
                        .map(problem -> deployment + " " + problem));
    }

    private static Stream<String> shutdown(Manifests manifests, Manifest deployment) {
        ApplicationJar application = application(deployment);
        Map<String, String> environment = manifests.environment(deployment);
        if (!application.setting("server.shutdown", environment).equals("graceful")) {
            return Stream.of("does not finish its requests when it is stopped");
        }
        String phase = application.setting("spring.lifecycle.timeout-per-shutdown-phase", environment);
        // Spring Boot's own default.
        int finishing = phase.isEmpty() ? 30 : seconds(phase);
        int draining = Manifest.at(deployment.containers().get(0), "lifecycle.preStop.sleep.seconds")
                .asInt(0);
        int grace = deployment.podSpec().path("terminationGracePeriodSeconds").asInt(30);
        Stream<String> traffic =
                draining >= 5 ? Stream.empty() : Stream.of("stops before every node has taken it out of its Service");
        Stream<String> killed = grace > draining + finishing
                ? Stream.empty()
                : Stream.of("is killed after " + grace + " s, before its " + draining + " + " + finishing
                        + " s of shutdown are over");
        return Stream.concat(traffic, killed);
    }

    private static int seconds(String duration) {
        Matcher matcher = SECONDS.matcher(duration);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("a shutdown phase in seconds is expected: " + duration);
        }
        return Integer.parseInt(matcher.group("seconds"));
    }

    private static Stream<String> disruptions(Manifests manifests, Manifest deployment) {
        Stream<String> budget = manifests
                        .each("PodDisruptionBudget")
                        .anyMatch(candidate ->
                                LabelCheck.selects(candidate.at("spec.selector.matchLabels"), deployment.podLabels()))
                ? Stream.empty()
                : Stream.of("has no PodDisruptionBudget");
        Stream<String> nodes = elements(deployment.podSpec().path("topologySpreadConstraints"))
                        .anyMatch(constraint ->
                                constraint.path("topologyKey").asString("").equals("kubernetes.io/hostname"))
                ? Stream.empty()
                : Stream.of("may run on one node altogether");
        Stream<String> rolling =
                deployment.at("spec.strategy.rollingUpdate.maxUnavailable").asInt(1) == 0
                        ? Stream.empty()
                        : Stream.of("has fewer instances while it is updated");
        boolean production = manifests.overlay().startsWith("production");
        int replicas = deployment.at("spec.replicas").asInt(1);
        int least = Manifests.isParticipant(deployment) ? 2 : 3;
        Stream<String> few = production && replicas < least
                ? Stream.of("has " + replicas + " replicas, fewer than " + least)
                : Stream.empty();
        return Stream.of(budget, nodes, rolling, few).flatMap(problems -> problems);
    }

    /** The coordinators' connections fit the log, however many instances the autoscaler makes, one more while updating. */
    private static Stream<String> scaling(Manifests manifests, Manifest deployment) {
        if (Manifests.isParticipant(deployment)) {
            return Stream.empty();
        }
        Map<String, String> environment = manifests.environment(deployment);
        int most = manifests
                .each("HorizontalPodAutoscaler")
                .map(scaler -> scaler.at("spec.maxReplicas").asInt())
                .findFirst()
                .orElse(deployment.at("spec.replicas").asInt(1));
        int each = Integer.parseInt(environment.getOrDefault("ASSENT_COORDINATOR_LOG_CONNECTIONS", "10"))
                + Integer.parseInt(environment.getOrDefault("ASSENT_COORDINATOR_LOG_WRITERS", "2"))
                + BESIDES;
        return manifests.database(environment.getOrDefault("SPRING_DATASOURCE_URL", "")).stream()
                .map(cluster -> Integer.parseInt(cluster.at("spec.postgresql.parameters.max_connections")
                        .asString(Integer.toString(DEFAULT_MAX_CONNECTIONS))))
                .filter(connections -> (most + 1) * each + RESERVED_CONNECTIONS > connections)
                .map(connections -> "may want " + (most + 1) * each + " connections; its log has " + connections);
    }

    private static ApplicationJar application(Manifest deployment) {
        JsonNode image = deployment.containers().get(0).path("image");
        return ApplicationJar.ofImage(image.asString(""));
    }
}
