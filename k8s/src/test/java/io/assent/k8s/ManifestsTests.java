package io.assent.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Goal: the manifests fit the Kubernetes API, each other and the applications, without a cluster to try them in. Method:
 * every check on every overlay; and for every check, defects that are planted into a copy and must be found.
 */
class ManifestsTests {

    private static final Map<String, Check> CHECKS = Map.of(
            "api", new ApiCheck(),
            "labels", new LabelCheck(),
            "references", new ReferenceCheck(),
            "application", new ApplicationCheck(),
            "durability", new DurabilityCheck(),
            "roles", new RolesCheck(),
            "network", new NetworkCheck(),
            "hardening", new HardeningCheck(),
            "availability", new AvailabilityCheck(),
            "alerts", new AlertCheck());

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String PRODUCTION = "production-with-shop";

    private final Map<String, Manifests> overlays = Map.of(
            "dev", Manifests.of("dev"), "production", Manifests.of("production"), PRODUCTION, Manifests.of(PRODUCTION));

    @TestFactory
    Stream<DynamicTest> every_overlay_passes_every_check() {
        return Manifests.OVERLAYS.stream()
                .flatMap(overlay -> CHECKS.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(check -> DynamicTest.dynamicTest(
                                overlay + ": " + check.getKey(),
                                () -> assertThat(check.getValue().problems(overlays.get(overlay)))
                                        .isEmpty())));
    }

    /**
     * A defect.
     *
     * @param check which has to find it
     * @param overlay into which it is planted
     * @param kind of the object that is changed
     * @param name of the object that is changed
     * @param change what is changed in it
     * @param message what the check has to say, among other things
     */
    private record Defect(
            String check, String overlay, String kind, String name, Consumer<ObjectNode> change, String message) {}

    @TestFactory
    Stream<DynamicTest> every_planted_defect_is_found() {
        return defects().stream()
                .map(defect -> DynamicTest.dynamicTest(defect.check() + ": " + defect.message(), () -> {
                    Manifests broken = overlays.get(defect.overlay()).copy();
                    Manifest target = broken.get(defect.kind(), defect.name());
                    String before = target.json().toString();
                    defect.change().accept(target.json());
                    assertThat(target.json().toString())
                            .as("something was changed")
                            .isNotEqualTo(before);

                    assertThat(CHECKS.get(defect.check()).problems(broken))
                            .anySatisfy(problem -> assertThat(problem).contains(defect.message()));
                }));
    }

    private static List<Defect> defects() {
        return List.of(
                // What the client of the Kubernetes project finds, and fabric8's does not or less well.
                coordinator("api", set("spec.replica", "3"), "replica"),
                coordinator("api", remove("spec.selector"), "selector"),
                coordinator("api", set("spec.template.spec.containers.0.livenessProbe.httpGet.url", "x"), "url"),
                // The reverse.
                coordinator("api", set("spec.replicas", "three"), "three"),
                coordinator("api", set("spec.template.spec.containers.0.env.0.value", 5), "Integer value (5)"),
                new Defect("api", "dev", "ConfigMap", "coordinator", set("data.SERVER_PORT", 7070), "7070"),
                new Defect("api", PRODUCTION, "ServiceMonitor", "participants", set("spec.endpoint", "x"), "endpoint"),
                new Defect("api", PRODUCTION, "PodMonitor", "coordinator", set("spec.jobLable", "x"), "jobLable"),
                new Defect(
                        "api",
                        PRODUCTION,
                        "PrometheusRule",
                        "coordinator",
                        set("spec.groups.0.rules.0.fore", "1m"),
                        "fore"),
                cluster("api", set("spec.instances", "3"), "/spec/instances"),
                cluster("api", set("spec.postgresql.synchronous.dataDurabilty", "required"), "dataDurabilty"),
                new Defect(
                        "api",
                        PRODUCTION,
                        "ScheduledBackup",
                        "decision-log",
                        set("spec.schedule", "30 2 * * *"),
                        "schedule"),
                new Defect(
                        "api",
                        PRODUCTION,
                        "ObjectStore",
                        "decision-log-backup",
                        set("spec.retentionPolicy", "30"),
                        "retentionPolicy"),
                coordinator("labels", remove("metadata.labels.app~kubernetes~io/component"), "lacks the label"),
                coordinator("labels", set("spec.selector.matchLabels.app~kubernetes~io/name", "x"), "its own pods"),
                new Defect(
                        "labels",
                        "dev",
                        "Service",
                        "coordinator",
                        set("spec.selector.app~kubernetes~io/name", "x"),
                        "Service coordinator selects no pod"),
                new Defect(
                        "labels",
                        "dev",
                        "PodDisruptionBudget",
                        "order-service",
                        set("spec.selector.matchLabels.app~kubernetes~io/name", "x"),
                        "selects no pod"),
                new Defect(
                        "labels",
                        "dev",
                        "NetworkPolicy",
                        "payment-service",
                        set("spec.ingress.0.from.0.podSelector.matchLabels.app~kubernetes~io/name", "x"),
                        "selects no pod"),
                new Defect(
                        "labels",
                        PRODUCTION,
                        "ServiceMonitor",
                        "participants",
                        set("spec.selector.matchLabels.assent~io/participant", "x"),
                        "selects no Service"),
                new Defect(
                        "labels",
                        PRODUCTION,
                        "PodMonitor",
                        "coordinator",
                        set("spec.selector.matchLabels.app~kubernetes~io/name", "x"),
                        "selects no pod"),
                new Defect(
                        "labels",
                        PRODUCTION,
                        "PodMonitor",
                        "decision-log",
                        set("spec.selector.matchLabels.cnpg~io/cluster", "x"),
                        "selects no pod"),
                new Defect(
                        "labels",
                        PRODUCTION,
                        "HorizontalPodAutoscaler",
                        "coordinator",
                        set("spec.scaleTargetRef.name", "x"),
                        "scales nothing"),
                coordinator("references", set("spec.template.spec.serviceAccountName", "x"), "missing ServiceAccount"),
                coordinator(
                        "references",
                        set("spec.template.spec.containers.0.envFrom.0.configMapRef.name", "x"),
                        "missing ConfigMap"),
                coordinator(
                        "references",
                        set("spec.template.spec.containers.0.env.0.valueFrom.secretKeyRef.key", "user"),
                        "the key 'user'"),
                coordinator(
                        "references", set("spec.template.spec.volumes.1.secret.secretName", "x"), "which nobody makes"),
                coordinator("references", set("spec.template.spec.volumes.0.name", "temporary"), "volumeMounts only"),
                coordinator(
                        "references",
                        set("spec.template.spec.containers.0.readinessProbe.httpGet.port", "web"),
                        "readinessProbe names a port"),
                new Defect(
                        "references",
                        "dev",
                        "Service",
                        "coordinator",
                        set("spec.ports.0.targetPort", "web"),
                        "the port 'web'"),
                cluster("references", set("spec.plugins.0.parameters.barmanObjectName", "x"), "missing ObjectStore"),
                new Defect(
                        "references",
                        PRODUCTION,
                        "ObjectStore",
                        "decision-log-backup",
                        set("spec.configuration.s3Credentials.accessKeyId.key", "x"),
                        "the key 'x'"),
                new Defect(
                        "references",
                        PRODUCTION,
                        "ScheduledBackup",
                        "decision-log",
                        set("spec.cluster.name", "x"),
                        "a Cluster that is not here"),
                new Defect(
                        "application",
                        "dev",
                        "ConfigMap",
                        "coordinator",
                        set("data.ASSENT_COORDINATOR_LOG_MODUS", "single"),
                        "ASSENT_COORDINATOR_LOG_MODUS"),
                new Defect(
                        "application",
                        "dev",
                        "ConfigMap",
                        "coordinator",
                        set("data.ASSENT_COORDINATOR_PARTICIPANTS_ALLOWED_HOSTS", "x"),
                        "is no property"),
                new Defect(
                        "application",
                        "dev",
                        "ConfigMap",
                        "order-service",
                        set("data.SAMPLE_PAYMENTS_URL", "x"),
                        "SAMPLE_PAYMENTS_URL"),
                new Defect(
                        "application",
                        "dev",
                        "ConfigMap",
                        "coordinator",
                        set("data.SERVER_PORT", "7072"),
                        "listens on 7072"),
                new Defect(
                        "application",
                        "dev",
                        "ConfigMap",
                        "coordinator",
                        set("data.MANAGEMENT_SERVER_PORT", "7072"),
                        "listens on 7072"),
                coordinator(
                        "application",
                        set("spec.template.spec.containers.0.readinessProbe.httpGet.path", "/actuator/health/ready"),
                        "does not serve"),
                coordinator(
                        "application",
                        set("spec.template.spec.containers.0.livenessProbe.httpGet.path", "/actuator/health/readiness"),
                        "restarts the pod for something else"),
                coordinator(
                        "application",
                        set("spec.template.spec.containers.0.readinessProbe.httpGet.path", "/actuator/health/liveness"),
                        "can work now"),
                coordinator(
                        "application",
                        set(
                                "spec.template.spec.containers.0.readinessProbe.httpGet.path",
                                "/actuator/health/readiness"),
                        "asks at another port"),
                coordinator(
                        "application",
                        set("spec.template.spec.containers.0.livenessProbe.httpGet.port", "management"),
                        "asks at another port"),
                new Defect(
                        "application",
                        PRODUCTION,
                        "PodMonitor",
                        "coordinator",
                        set("spec.podMetricsEndpoints.0.port", "http"),
                        "does not have its actuator"),
                new Defect(
                        "application",
                        PRODUCTION,
                        "PodMonitor",
                        "coordinator",
                        set("spec.podMetricsEndpoints.0.path", "/metrics"),
                        "does not serve"),
                new Defect(
                        "application",
                        PRODUCTION,
                        "PodMonitor",
                        "coordinator",
                        remove("spec.jobLabel"),
                        "which no rule asks for"),
                coordinator(
                        "application",
                        set("spec.template.spec.containers.0.volumeMounts.1.mountPath", "/etc/ca"),
                        "is not mounted"),
                coordinator(
                        "application",
                        set("spec.template.spec.containers.0.env.1.valueFrom.secretKeyRef.name", "order-db-app"),
                        "signs on"),
                cluster("application", set("spec.bootstrap.initdb.database", "x"), "names a database"),
                new Defect(
                        "application",
                        PRODUCTION,
                        "ServiceMonitor",
                        "participants",
                        set("spec.endpoints.0.path", "/metrics"),
                        "does not serve"),
                new Defect(
                        "application",
                        PRODUCTION,
                        "ServiceMonitor",
                        "participants",
                        set("spec.endpoints.0.port", "web"),
                        "the port 'web'"),
                new Defect(
                        "durability",
                        "dev",
                        "Cluster",
                        "order-db",
                        remove("spec.postgresql.parameters.max_prepared_transactions"),
                        "max_prepared_transactions is 0"),
                new Defect(
                        "durability",
                        PRODUCTION,
                        "Cluster",
                        "payment-db",
                        set("spec.postgresql.parameters.max_prepared_transactions", "0"),
                        "max_prepared_transactions is 0"),
                new Defect(
                        "durability",
                        PRODUCTION,
                        "ConfigMap",
                        "coordinator",
                        set("data.ASSENT_COORDINATOR_LOG_MODE", "single"),
                        "in mode 'single'"),
                new Defect(
                        "durability",
                        PRODUCTION,
                        "ConfigMap",
                        "coordinator",
                        remove("data.SPRING_PROFILES_ACTIVE"),
                        "in mode ''"),
                cluster("durability", set("spec.instances", 2), "fewer than three"),
                cluster("durability", set("spec.postgresql.synchronous.dataDurability", "preferred"), "dataDurability"),
                cluster("durability", remove("spec.postgresql.synchronous.failoverQuorum"), "failoverQuorum"),
                new Defect(
                        "durability",
                        PRODUCTION,
                        "ScheduledBackup",
                        "decision-log",
                        set("spec.cluster.name", "order-db"),
                        "never backed up"),
                coordinator(
                        "roles",
                        set("spec.template.spec.containers.0.env.1.valueFrom.secretKeyRef.name", "decision-log-app"),
                        "is given SPRING_DATASOURCE_PASSWORD of the owner"),
                coordinator(
                        "roles",
                        set("spec.template.spec.containers.0.env.0.valueFrom.secretKeyRef.name", "decision-log-app"),
                        "of no role"),
                new Defect(
                        "roles",
                        PRODUCTION,
                        "ConfigMap",
                        "coordinator",
                        set("data.SPRING_FLYWAY_ENABLED", "true"),
                        "migrates itself"),
                cluster("roles", set("spec.managed.roles.0.login", false), "of no role"),
                cluster("roles", set("spec.managed.roles.0.inRoles.0", "assent"), "owns nothing"),
                coordinator("roles", remove("spec.template.spec.initContainers"), "no container before it"),
                coordinator("roles", set("spec.template.spec.initContainers.0.args.0", "migrations"), "no container"),
                coordinator("roles", remove("spec.template.spec.initContainers.0.env"), "SPRING_FLYWAY_USER"),
                coordinator("roles", set("spec.template.spec.initContainers.0.image", "x"), "another version"),
                coordinator("roles", remove("spec.template.spec.initContainers.0.envFrom"), "other settings"),
                cluster("references", set("spec.managed.roles.0.passwordSecret.name", "x"), "which nobody makes"),
                coordinator(
                        "references",
                        set("spec.template.spec.initContainers.0.env.1.valueFrom.secretKeyRef.key", "user"),
                        "the key 'user'"),
                coordinator(
                        "application",
                        set("spec.template.spec.initContainers.0.env.1.name", "SPRING_OWNER"),
                        "SPRING_OWNER"),
                coordinator(
                        "application",
                        set("spec.template.spec.initContainers.0.volumeMounts.1.mountPath", "/etc/ca"),
                        "is not mounted"),
                coordinator(
                        "hardening",
                        remove("spec.template.spec.initContainers.0.securityContext.allowPrivilegeEscalation"),
                        "allowPrivilegeEscalation"),
                new Defect(
                        "network",
                        "dev",
                        "NetworkPolicy",
                        "default-deny",
                        set("spec.policyTypes.1", "Ingress"),
                        "denies what no other allows"),
                new Defect(
                        "network",
                        "dev",
                        "NetworkPolicy",
                        "dns",
                        set("spec.egress.0.ports.0.port", 54).andThen(set("spec.egress.0.ports.1.port", 54)),
                        "to DNS:53"),
                new Defect(
                        "network",
                        "dev",
                        "NetworkPolicy",
                        "coordinator",
                        set("spec.egress.0.ports.0.port", 5433),
                        "egress of Deployment coordinator to Cluster decision-log:5432"),
                new Defect(
                        "network",
                        "dev",
                        "NetworkPolicy",
                        "coordinator",
                        set("spec.egress.1.ports.0.port", 8081),
                        "egress of Deployment coordinator to Deployment order-service:8080"),
                new Defect(
                        "network",
                        "dev",
                        "NetworkPolicy",
                        "coordinator",
                        set("spec.ingress.0.ports.0.port", 8080),
                        "ingress of Deployment order-service to Deployment coordinator:7070"),
                new Defect(
                        "network",
                        "dev",
                        "NetworkPolicy",
                        "payment-service",
                        set("spec.ingress.0.from.1.podSelector.matchLabels.app~kubernetes~io/name", "payment-service"),
                        "ingress of Deployment order-service to Deployment payment-service:8080"),
                new Defect(
                        "network",
                        "dev",
                        "NetworkPolicy",
                        "decision-log",
                        set("spec.ingress.1.from.1.namespaceSelector.matchLabels.kubernetes~io/metadata~name", "x"),
                        "the database operator to Cluster decision-log:8000"),
                new Defect(
                        "network",
                        PRODUCTION,
                        "NetworkPolicy",
                        "prometheus",
                        set("spec.ingress.0.ports.2.port", 9188),
                        "Prometheus to Cluster decision-log:9187"),
                new Defect(
                        "network",
                        PRODUCTION,
                        "NetworkPolicy",
                        "prometheus",
                        set("spec.ingress.0.ports.0.port", 7070),
                        "Prometheus to Deployment coordinator:7071"),
                new Defect(
                        "network",
                        PRODUCTION,
                        "NetworkPolicy",
                        "coordinator",
                        set("spec.ingress.0.ports.0.port", 7071),
                        "lets others than Prometheus reach the actuator"),
                new Defect(
                        "network",
                        PRODUCTION,
                        "NetworkPolicy",
                        "coordinator",
                        remove("spec.ingress.0.ports"),
                        "lets others than Prometheus reach the actuator"),
                new Defect(
                        "network",
                        PRODUCTION,
                        "Service",
                        "coordinator",
                        set("spec.ports.0.targetPort", "management"),
                        "leads to the actuator"),
                new Defect(
                        "network",
                        "dev",
                        "ConfigMap",
                        "order-service",
                        set("data.SAMPLE_PAYMENT_URL", "http://payments:8080"),
                        "which no Service answers"),
                new Defect(
                        "network",
                        "dev",
                        "ConfigMap",
                        "coordinator",
                        set("data.ASSENT_COORDINATOR_PARTICIPANTS_ALLOWEDHOSTS", "order-service:8080"),
                        "may not call Deployment payment-service"),
                coordinator("hardening", remove("spec.template.spec.securityContext.runAsNonRoot"), "runAsNonRoot"),
                coordinator(
                        "hardening",
                        set("spec.template.spec.securityContext.seccompProfile.type", "Unconfined"),
                        "seccompProfile"),
                coordinator(
                        "hardening",
                        set("spec.template.spec.automountServiceAccountToken", true),
                        "automountServiceAccountToken"),
                coordinator(
                        "hardening",
                        set("spec.template.spec.containers.0.securityContext.readOnlyRootFilesystem", false),
                        "readOnlyRootFilesystem"),
                coordinator(
                        "hardening",
                        set("spec.template.spec.containers.0.securityContext.capabilities.drop.0", "NET_RAW"),
                        "capabilities"),
                coordinator(
                        "hardening",
                        remove("spec.template.spec.containers.0.resources.limits.memory"),
                        "limits.memory"),
                coordinator(
                        "hardening",
                        set("spec.template.spec.containers.0.volumeMounts.0.mountPath", "/var/tmp"),
                        "no /tmp"),
                coordinator(
                        "hardening",
                        set("spec.template.spec.containers.0.image", "assent/coordinator-service:latest"),
                        "not this version"),
                cluster(
                        "hardening",
                        set("spec.imageName", "ghcr.io/cloudnative-pg/postgresql:latest"),
                        "without a version"),
                new Defect(
                        "hardening",
                        "dev",
                        "Namespace",
                        "assent-dev",
                        remove("metadata.labels.pod-security~kubernetes~io/enforce"),
                        "not restricted"),
                coordinator(
                        "availability",
                        set("spec.template.spec.terminationGracePeriodSeconds", 40),
                        "is killed after 40 s"),
                coordinator(
                        "availability",
                        set("spec.template.spec.containers.0.lifecycle.preStop.sleep.seconds", 1),
                        "taken it out of its Service"),
                coordinator("availability", set("spec.replicas", 2), "fewer than 3"),
                coordinator(
                        "availability", set("spec.strategy.rollingUpdate.maxUnavailable", 1), "while it is updated"),
                coordinator("availability", remove("spec.template.spec.topologySpreadConstraints"), "one node"),
                new Defect(
                        "availability",
                        PRODUCTION,
                        "PodDisruptionBudget",
                        "coordinator",
                        set("spec.selector.matchLabels.app~kubernetes~io/name", "x"),
                        "no PodDisruptionBudget"),
                new Defect(
                        "availability",
                        PRODUCTION,
                        "HorizontalPodAutoscaler",
                        "coordinator",
                        set("spec.maxReplicas", 20),
                        "connections; its log has 150"),
                new Defect(
                        "alerts",
                        PRODUCTION,
                        "PrometheusRule",
                        "coordinator",
                        remove("spec.groups.0.rules.0.labels.severity"),
                        "has no labels.severity"),
                new Defect(
                        "alerts",
                        PRODUCTION,
                        "PrometheusRule",
                        "coordinator",
                        set("spec.groups.0.rules.0.alert", "AssentUnheardOf"),
                        "is not explained"),
                new Defect(
                        "alerts",
                        PRODUCTION,
                        "PrometheusRule",
                        "decision-log",
                        set("spec.groups.0.rules.0.expr", "cnpg_pg_replication_replicas < 1"),
                        "unknown metric"),
                new Defect(
                        "alerts",
                        PRODUCTION,
                        "PrometheusRule",
                        "decision-log",
                        set("spec.groups.0.rules.0.expr", "vector(1)"),
                        "no metric"));
    }

    private static Defect coordinator(String check, Consumer<ObjectNode> change, String message) {
        return new Defect(check, PRODUCTION, "Deployment", "coordinator", change, message);
    }

    private static Defect cluster(String check, Consumer<ObjectNode> change, String message) {
        return new Defect(check, PRODUCTION, "Cluster", "decision-log", change, message);
    }

    /** Sets a member; steps are separated by dots, a dot within a step is written {@code ~}. */
    private static Consumer<ObjectNode> set(String path, Object value) {
        return json -> {
            JsonNode parent = parent(json, path);
            JsonNode node = JSON.valueToTree(value);
            if (parent instanceof ArrayNode list) {
                list.set(Integer.parseInt(last(path)), node);
            } else {
                ((ObjectNode) parent).set(last(path), node);
            }
        };
    }

    private static Consumer<ObjectNode> remove(String path) {
        return json -> ((ObjectNode) parent(json, path)).remove(last(path));
    }

    private static JsonNode parent(ObjectNode json, String path) {
        JsonNode node = json;
        String[] steps = path.split("\\.");
        for (int i = 0; i < steps.length - 1; i++) {
            node = node instanceof ArrayNode ? node.path(Integer.parseInt(steps[i])) : node.path(step(steps[i]));
        }
        assertThat(node.isContainer()).as(path).isTrue();
        return node;
    }

    private static String last(String path) {
        return step(path.substring(path.lastIndexOf('.') + 1));
    }

    private static String step(String text) {
        return text.replace('~', '.');
    }
}
