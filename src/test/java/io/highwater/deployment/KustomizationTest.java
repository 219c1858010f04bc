package io.highwater.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.kustomize.v1beta1.ConfigMapArgs;
import io.fabric8.kubernetes.api.model.kustomize.v1beta1.Kustomization;
import io.fabric8.kubernetes.api.model.kustomize.v1beta1.Patch;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The folders of k8s/ by themselves: each file is strict, used, and patches what is there. */
final class KustomizationTest {
    static List<Path> folders() {
        return List.of(
                Rollout.BASE,
                Rollout.PRODUCTION,
                Rollout.SCALED,
                Rollout.CLUSTER,
                Rollout.MONITORING,
                Rollout.AUTOSCALING);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void everyFileIsReferredToAndEveryReferenceIsAFile(Path folder) throws IOException {
        Kustomization kustomization = StrictManifests.kustomization(folder);
        Set<String> used = new TreeSet<>(List.of("kustomization.yaml"));
        for (String resource : kustomization.getResources()) {
            if (Files.isDirectory(folder.resolve(resource))) {
                assertThat(folder.resolve(resource).normalize()).isIn(folders());
            } else {
                used.add(resource);
            }
        }
        assertThat(kustomization.getComponents())
                .allSatisfy(
                        component ->
                                assertThat(folder.resolve(component).normalize()).isIn(folders()));
        patches(kustomization).forEach(patch -> used.add(patch.getPath()));
        for (ConfigMapArgs map : kustomization.getConfigMapGenerator()) {
            used.addAll(map.getFiles());
        }

        assertThat(used).isEqualTo(files(folder));
    }

    @Test
    void everyFolderIsListedHere() throws IOException {
        try (Stream<Path> all = Files.walk(Path.of("k8s"))) {
            assertThat(all.filter(file -> file.endsWith("kustomization.yaml")).map(Path::getParent))
                    .containsExactlyInAnyOrderElementsOf(folders());
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void everyManifestIsNamedForItsKindAndParsesStrictly(Path folder) throws IOException {
        for (String file : files(folder)) {
            if (file.endsWith(".yaml") && !file.equals("kustomization.yaml")) {
                String kind = StrictManifests.read(folder.resolve(file)).getKind();
                assertThat(file).startsWithIgnoringCase(kind);
            }
        }
    }

    @Test
    void aFieldThatTheApiDoesNotHaveFails() throws IOException {
        String yaml = Files.readString(Rollout.BASE.resolve("deployment.yaml"));

        for (String field :
                List.of("readOnlyRootFilesystem", "matchLabelKeys", "failureThreshold")) {
            assertThat(yaml).contains(field);
            assertThatThrownBy(() -> StrictManifests.readAll(yaml.replace(field, field + "s")))
                    .isInstanceOf(UnrecognizedPropertyException.class)
                    .hasMessageContaining(field + "s");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kind: Service\nkind: Service", "kind: Servant", "apiVersion: v2"})
    void aKindThatIsNotOursAndAKeyThatIsThereTwiceFail(String line) {
        String key = line.substring(0, line.indexOf(':'));
        String yaml = "apiVersion: v1\nkind: Service\n".replaceAll("(?m)^" + key + ":.*$", line);

        assertThatThrownBy(() -> StrictManifests.readAll(yaml)).isInstanceOf(IOException.class);
    }

    @Test
    void patchesChangeWhatTheBaseHas() throws IOException {
        Kustomization overlay = StrictManifests.kustomization(Rollout.PRODUCTION);
        Set<String> base =
                Rollout.base().resources().stream()
                        .map(KustomizationTest::identity)
                        .collect(Collectors.toSet());

        for (Patch patch : patches(overlay)) {
            HasMetadata target = StrictManifests.read(Rollout.PRODUCTION.resolve(patch.getPath()));
            assertThat(identity(target)).isIn(base);
        }
        for (ConfigMapArgs map : overlay.getConfigMapGenerator()) {
            assertThat("ConfigMap " + map.getName()).isIn(base);
            assertThat(map.getBehavior()).isEqualTo("merge");
        }
        assertThat(overlay.getImages())
                .allSatisfy(
                        image ->
                                assertThat(Rollout.base().container().getImage())
                                        .startsWith(image.getName() + ":"));
    }

    @Test
    void scaledIsProductionWithAScalerAndWithoutAffinity() throws Exception {
        List<HasMetadata> more = new ArrayList<>(Rollout.rendered(Rollout.SCALED).resources());
        more.removeAll(Rollout.rendered(Rollout.PRODUCTION).resources());

        assertThat(more)
                .allSatisfy(
                        one -> assertThat(one.getMetadata().getNamespace()).isEqualTo("highwater"))
                .extracting(KustomizationTest::identity)
                .containsExactlyInAnyOrder(
                        "HorizontalPodAutoscaler highwater", "Service highwater");
    }

    @Test
    void clusterIsProductionWithALogThatPodsShare() throws Exception {
        List<HasMetadata> more = new ArrayList<>(Rollout.rendered(Rollout.CLUSTER).resources());
        more.removeAll(Rollout.rendered(Rollout.PRODUCTION).resources());

        assertThat(more)
                .allSatisfy(
                        one -> assertThat(one.getMetadata().getNamespace()).isEqualTo("highwater"))
                .extracting(KustomizationTest::identity)
                .containsExactlyInAnyOrder(
                        "Deployment highwater", "NetworkPolicy highwater", "Service highwater");
    }

    @Test
    void theBaseIsWhatKubectlMakesOfIt() throws Exception {
        assertThat(unhashed(Rollout.rendered(Rollout.BASE)))
                .containsExactlyInAnyOrderElementsOf(unhashed(Rollout.base()));
    }

    @Test
    void productionIsTheBaseInANamespaceThatIsThere() throws Exception {
        Rollout production = Rollout.rendered(Rollout.PRODUCTION);
        String namespace = production.one(Namespace.class).getMetadata().getName();

        assertThat(production.resources())
                .filteredOn(
                        resource ->
                                !(resource instanceof Namespace
                                        || resource instanceof ServiceMonitor))
                .hasSameSizeAs(Rollout.base().resources())
                .allSatisfy(
                        resource ->
                                assertThat(resource.getMetadata().getNamespace())
                                        .isEqualTo(namespace));
        assertThat(production.pod().getVolumes().get(0).getConfigMap().getName())
                .isEqualTo(production.one(ConfigMap.class).getMetadata().getName())
                .matches("highwater-[a-z0-9]{10}");
        assertThat(production.pod().getTopologySpreadConstraints())
                .hasSameSizeAs(Rollout.base().pod().getTopologySpreadConstraints())
                .first()
                .satisfies(
                        spread ->
                                assertThat(spread.getWhenUnsatisfiable())
                                        .isEqualTo("DoNotSchedule"));
    }

    /** The rest of a patch is in the kustomization itself. */
    private static List<Patch> patches(Kustomization kustomization) {
        return kustomization.getPatches().stream().filter(p -> p.getPath() != null).toList();
    }

    private static String identity(HasMetadata resource) {
        return resource.getKind() + " " + resource.getMetadata().getName();
    }

    private static List<HasMetadata> unhashed(Rollout rollout) throws IOException {
        ConfigMap config = rollout.one(ConfigMap.class);
        String hashed = config.getMetadata().getName();
        config.getMetadata().setName("highwater");
        assertThat(rollout.pod().getVolumes().get(0).getConfigMap().getName()).isEqualTo(hashed);
        rollout.pod().getVolumes().get(0).getConfigMap().setName("highwater");
        return rollout.resources();
    }

    private static Set<String> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
