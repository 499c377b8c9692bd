package io.assent.k8s;

import java.util.Map;
import java.util.stream.Stream;

/**
 * What the protocol needs of PostgreSQL is set: prepared transactions where a participant lives, a synchronous standby
 * where a commit has to survive the loss of a server, and backups of the log.
 */
final class DurabilityCheck implements Check {

    private static final String URL = "SPRING_DATASOURCE_URL";

    @Override
    public Stream<String> problems(Manifests manifests) {
        return Stream.concat(
                manifests.each("Deployment").flatMap(deployment -> deployment(manifests, deployment)),
                manifests.each("Cluster").flatMap(DurabilityCheck::standbys));
    }

    private static Stream<String> deployment(Manifests manifests, Manifest deployment) {
        Map<String, String> environment = manifests.environment(deployment);
        return manifests.database(environment.getOrDefault(URL, "")).stream()
                .flatMap(cluster -> Manifests.isParticipant(deployment)
                        ? preparedTransactions(cluster)
                        : log(manifests, deployment, environment, cluster));
    }

    private static Stream<String> preparedTransactions(Manifest cluster) {
        String value = cluster.at("spec.postgresql.parameters.max_prepared_transactions")
                .asString("0");
        return value.matches("[1-9][0-9]*")
                ? Stream.empty()
                : Stream.of(cluster + " belongs to a participant, but its max_prepared_transactions is " + value);
    }

    private static Stream<String> log(
            Manifests manifests, Manifest deployment, Map<String, String> environment, Manifest cluster) {
        String image = deployment.containers().get(0).path("image").asString("");
        String mode = ApplicationJar.ofImage(image).setting("assent.coordinator.log.mode", environment);
        boolean production = manifests.overlay().startsWith("production");
        if (production && !mode.equals("replicated")) {
            return Stream.of(deployment + " runs in production with its log in mode '" + mode + "'");
        }
        if (!mode.equals("replicated")) {
            return Stream.empty();
        }
        Stream<String> instances = cluster.at("spec.instances").asInt(0) >= 3
                ? Stream.empty()
                : Stream.of(cluster + " has fewer than three instances: one lost stops every decision");
        Stream<String> backups = manifests
                        .each("ScheduledBackup")
                        .anyMatch(backup ->
                                backup.at("spec.cluster.name").asString("").equals(cluster.name()))
                ? Stream.empty()
                : Stream.of(cluster + " is never backed up");
        return Stream.concat(instances, backups);
    }

    private static Stream<String> standbys(Manifest cluster) {
        if (cluster.at("spec.instances").asInt(0) == 1) {
            return Stream.empty();
        }
        Map<String, String> expected =
                Map.of("method", "any", "number", "1", "dataDurability", "required", "failoverQuorum", "true");
        return expected.entrySet().stream()
                .filter(setting -> !cluster.at("spec.postgresql.synchronous." + setting.getKey())
                        .asString("")
                        .equals(setting.getValue()))
                .map(setting -> cluster + " can lose a commit in a failover: synchronous." + setting.getKey()
                        + " is not " + setting.getValue());
    }
}
