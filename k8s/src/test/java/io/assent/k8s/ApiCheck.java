package io.assent.k8s;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Every object is one that the API would accept, as far as that can be known without a server. The client of the Kubernetes
 * project knows which fields there are and which must be there; fabric8's knows their types, and the kinds of the Prometheus
 * operator. For the kinds of CloudNativePG there is no model: the schemas in {@code crd/} were written from its API
 * reference, and know the fields that are used here.
 */
final class ApiCheck implements Check {

    private interface Validator {
        void validate(JsonElement json) throws IOException;
    }

    private static final Map<String, Validator> FIELDS = Map.of(
            "v1/Namespace", V1Namespace::validateJsonElement,
            "v1/ConfigMap", V1ConfigMap::validateJsonElement,
            "v1/Service", V1Service::validateJsonElement,
            "v1/ServiceAccount", V1ServiceAccount::validateJsonElement,
            "apps/v1/Deployment", V1Deployment::validateJsonElement,
            "autoscaling/v2/HorizontalPodAutoscaler", V2HorizontalPodAutoscaler::validateJsonElement,
            "networking.k8s.io/v1/NetworkPolicy", V1NetworkPolicy::validateJsonElement,
            "policy/v1/PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement);

    private static final Map<String, Class<? extends KubernetesResource>> TYPES = Map.ofEntries(
            Map.entry("v1/Namespace", Namespace.class),
            Map.entry("v1/ConfigMap", ConfigMap.class),
            Map.entry("v1/Service", Service.class),
            Map.entry("v1/ServiceAccount", ServiceAccount.class),
            Map.entry("apps/v1/Deployment", Deployment.class),
            Map.entry("autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("monitoring.coreos.com/v1/ServiceMonitor", ServiceMonitor.class),
            Map.entry("monitoring.coreos.com/v1/PodMonitor", PodMonitor.class),
            Map.entry("monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class));

    private static final Map<String, Schema> SCHEMAS = Map.of(
            "postgresql.cnpg.io/v1/Cluster", schema("cluster"),
            "postgresql.cnpg.io/v1/ScheduledBackup", schema("scheduled-backup"),
            "barmancloud.cnpg.io/v1/ObjectStore", schema("object-store"));

    private static final ObjectMapper STRICT = strict();

    @Override
    public Stream<String> problems(Manifests manifests) {
        return manifests.all().stream().flatMap(ApiCheck::problems);
    }

    private static Stream<String> problems(Manifest manifest) {
        String kind = manifest.apiVersion() + "/" + manifest.kind();
        Schema schema = SCHEMAS.get(kind);
        if (schema != null) {
            return schema.validate(manifest.json()).stream()
                    .map(error -> manifest + ": " + error.getInstanceLocation() + " " + error.getMessage());
        }
        Class<? extends KubernetesResource> type = TYPES.get(kind);
        if (type == null) {
            return Stream.of(manifest + ": the kind " + kind + " is not known here");
        }
        return Stream.concat(fields(manifest, FIELDS.get(kind)), types(manifest, type));
    }

    private static Stream<String> fields(Manifest manifest, @org.jspecify.annotations.Nullable Validator validator) {
        if (validator == null) {
            return Stream.empty();
        }
        try {
            validator.validate(JsonParser.parseString(manifest.json().toString()));
            return Stream.empty();
        } catch (IOException | RuntimeException e) {
            return Stream.of(manifest + ": " + e.getMessage());
        }
    }

    private static Stream<String> types(Manifest manifest, Class<? extends KubernetesResource> type) {
        try {
            STRICT.readValue(manifest.json().toString(), type);
            return Stream.empty();
        } catch (JsonProcessingException e) {
            return Stream.of(manifest + ": " + e.getMessage());
        }
    }

    /** Knows no fields but those of the model, and turns no number or boolean into a text or the reverse. */
    private static ObjectMapper strict() {
        ObjectMapper mapper = com.fasterxml.jackson.databind.json.JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .annotationIntrospector(new JacksonAnnotationIntrospector() {
                    private static final long serialVersionUID = 1;

                    // The models collect unknown fields in a map; here they are mistakes.
                    @Override
                    public Boolean hasAnySetter(Annotated annotated) {
                        return false;
                    }
                })
                .build();
        for (CoercionInputShape shape : new CoercionInputShape[] {
            CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean
        }) {
            mapper.coercionConfigFor(LogicalType.Textual).setCoercion(shape, CoercionAction.Fail);
        }
        return mapper;
    }

    private static Schema schema(String name) {
        String resource = "/crd/" + name + ".schema.yaml";
        try (InputStream in = Objects.requireNonNull(ApiCheck.class.getResourceAsStream(resource), resource)) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(Yaml.documents(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                            .get(0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
