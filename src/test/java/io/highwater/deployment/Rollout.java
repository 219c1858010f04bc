package io.highwater.deployment;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.kustomize.v1beta1.ConfigMapArgs;
import io.fabric8.kubernetes.api.model.kustomize.v1beta1.Kustomization;
import io.highwater.config.ConfigException;
import io.highwater.config.ConfigKey;
import io.highwater.config.HighwaterConfig;
import io.highwater.testing.ForeignPrograms;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * What an apply of one folder creates. Immutable but for the models in it.
 *
 * @param name the folder's, for a test's title
 */
record Rollout(String name, List<HasMetadata> resources) {
    static final Path BASE = Path.of("k8s/base");
    static final Path PRODUCTION = Path.of("k8s/overlays/production");
    static final Path SCALED = Path.of("k8s/overlays/scaled");
    static final Path CLUSTER = Path.of("k8s/overlays/cluster");
    static final Path MONITORING = Path.of("k8s/components/monitoring");
    static final Path AUTOSCALING = Path.of("k8s/components/autoscaling");

    private static final Pattern KUSTOMIZE_5 =
            Pattern.compile("Kustomize Version: v([5-9]|\\d\\d)");

    /** The base, whose files need nothing but its own generator. */
    static Rollout base() throws IOException {
        Kustomization kustomization = StrictManifests.kustomization(BASE);
        List<HasMetadata> resources = new ArrayList<>();
        for (String file : kustomization.getResources()) {
            resources.add(StrictManifests.read(BASE.resolve(file)));
        }
        for (ConfigMapArgs map : kustomization.getConfigMapGenerator()) {
            Map<String, String> data = new HashMap<>();
            for (String file : map.getFiles()) {
                data.put(file, Files.readString(BASE.resolve(file)));
            }
            resources.add(
                    new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName(map.getName())
                            .endMetadata()
                            .withData(data)
                            .build());
        }
        return new Rollout("base", resources);
    }

    /** What kubectl makes of an overlay; skips the test where there is none that can. */
    static Rollout rendered(Path folder) throws IOException, InterruptedException {
        Path kubectl = ForeignPrograms.kubectl();
        if (!KUSTOMIZE_5.matcher(run(kubectl.toString(), "version", "--client")).find()) {
            return ForeignPrograms.skip(kubectl + " has no Kustomize 5");
        }
        String yaml = run(kubectl.toString(), "kustomize", folder.toString());
        return new Rollout(folder.getFileName().toString(), StrictManifests.readAll(yaml));
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("kubectl", ".log");
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String problem = process.waitFor() == 0 ? "" : Files.readString(errors);
        Files.delete(errors);
        if (process.exitValue() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + problem);
        }
        return output;
    }

    <T extends HasMetadata> T one(Class<T> type) {
        List<T> all = all(type);
        if (all.size() != 1) {
            throw new AssertionError(all.size() + " of " + type.getSimpleName() + ", not one");
        }
        return all.get(0);
    }

    <T extends HasMetadata> List<T> all(Class<T> type) {
        return resources.stream().filter(type::isInstance).map(type::cast).toList();
    }

    PodSpec pod() {
        return one(Deployment.class).getSpec().getTemplate().getSpec();
    }

    Container container() {
        return pod().getContainers().get(0);
    }

    /** The literal value of a variable of the container. */
    String variable(String name) {
        return container().getEnv().stream()
                .filter(variable -> variable.getName().equals(name))
                .map(variable -> variable.getValue())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no variable " + name));
    }

    /** The key of a Secret that a variable of the container comes from. */
    SecretKeySelector secret(ConfigKey key) {
        return container().getEnv().stream()
                .filter(variable -> variable.getName().equals(key.variable()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no variable " + key.variable()))
                .getValueFrom()
                .getSecretKeyRef();
    }

    /** The settings file of the ConfigMap. */
    Map<String, String> settings() throws IOException {
        Properties properties = new Properties();
        properties.load(
                new StringReader(one(ConfigMap.class).getData().get("highwater.properties")));
        Map<String, String> settings = new HashMap<>();
        properties.stringPropertyNames().forEach(k -> settings.put(k, properties.getProperty(k)));
        return settings;
    }

    /** What the node makes of it; a key that does not exist or a wrong value fails. */
    HighwaterConfig config() throws IOException, ConfigException {
        return HighwaterConfig.of(settings());
    }

    @Override
    public String toString() {
        return name;
    }
}
