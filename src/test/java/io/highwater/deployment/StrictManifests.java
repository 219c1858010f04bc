package io.highwater.deployment;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.kustomize.v1beta1.Kustomization;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads YAML as the API's types. A field that its type does not have, a key that is there twice and
 * a kind or version that is not listed here fail. Stateless.
 */
final class StrictManifests {
    private static final Map<String, Class<?>> TYPES =
            Map.of(
                    "kustomize.config.k8s.io/v1beta1 Kustomization", Kustomization.class,
                    // Its fields are those of a kustomization.
                    "kustomize.config.k8s.io/v1alpha1 Component", Kustomization.class,
                    "v1 Namespace", Namespace.class,
                    "v1 ConfigMap", ConfigMap.class,
                    "v1 Service", Service.class,
                    "apps/v1 Deployment", Deployment.class,
                    "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
                    "autoscaling/v2 HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
                    "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class,
                    "monitoring.coreos.com/v1 ServiceMonitor", ServiceMonitor.class);

    private static final YAMLMapper YAML =
            YAMLMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_IGNORED_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .annotationIntrospector(new NoAnySetter())
                    .build();

    /** The models keep unknown fields in a map; without its setter they are unknown again. */
    private static final class NoAnySetter extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        public Boolean hasAnySetter(Annotated annotated) {
            return false;
        }
    }

    private StrictManifests() {}

    static <T> T read(Path file, Class<T> type) throws IOException {
        List<Object> documents = parse(Files.readString(file));
        if (documents.size() != 1) {
            throw new IOException(file + " has " + documents.size() + " documents, not one");
        }
        return type.cast(documents.get(0));
    }

    static HasMetadata read(Path file) throws IOException {
        return read(file, HasMetadata.class);
    }

    static List<HasMetadata> readAll(String yaml) throws IOException {
        return parse(yaml).stream().map(HasMetadata.class::cast).toList();
    }

    static Kustomization kustomization(Path folder) throws IOException {
        return read(folder.resolve("kustomization.yaml"), Kustomization.class);
    }

    private static List<Object> parse(String yaml) throws IOException {
        List<Object> documents = new ArrayList<>();
        try (MappingIterator<JsonNode> nodes = YAML.readerFor(JsonNode.class).readValues(yaml)) {
            while (nodes.hasNextValue()) {
                JsonNode node = nodes.nextValue();
                String kind = node.path("apiVersion").asText() + " " + node.path("kind").asText();
                Class<?> type =
                        Optional.<Class<?>>ofNullable(TYPES.get(kind))
                                .orElseThrow(() -> new IOException("not a kind of ours: " + kind));
                documents.add(YAML.treeToValue(node, type));
            }
        }
        return documents;
    }
}
