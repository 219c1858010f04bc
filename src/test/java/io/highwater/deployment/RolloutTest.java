package io.highwater.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.Endpoint;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.highwater.config.ConfigKey;
import io.highwater.config.HighwaterConfig;
import io.highwater.metrics.NodeMetrics;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.testing.MetricsFixture;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is applied, against what the node does: ports, paths, keys, metrics, times. */
final class RolloutTest {
    /** NodeDrain gives the close timeout a second to show, and the JVM has to end. */
    private static final Duration TO_SPARE = Duration.ofSeconds(15);

    static List<Rollout> rollouts() throws Exception {
        return List.of(
                Rollout.base(),
                Rollout.rendered(Rollout.PRODUCTION),
                Rollout.rendered(Rollout.SCALED),
                Rollout.rendered(Rollout.CLUSTER));
    }

    @ParameterizedTest
    @MethodSource("rollouts")
    void settingsAreKeysOfTheCatalogueWithValuesThatStart(Rollout rollout) throws Exception {
        assertThat(rollout.config().admin().token()).as("is for a Secret").isNull();
        Set<String> variables =
                ConfigKey.all().stream().map(ConfigKey::variable).collect(Collectors.toSet());
        assertThat(rollout.container().getEnv())
                .extracting(EnvVar::getName)
                .filteredOn(name -> !name.equals("JAVA_OPTS"))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(name).isIn(variables));
    }

    @ParameterizedTest
    @MethodSource("rollouts")
    void theTokenIsFromASecretAndThePodStartsWithoutIt(Rollout rollout) {
        SecretKeySelector secret = rollout.secret(key("highwater.admin.token"));

        assertThat(secret.getName()).isEqualTo("highwater-admin");
        assertThat(secret.getKey()).isEqualTo("token");
        assertThat(secret.getOptional()).isTrue();
    }

    private static ConfigKey key(String name) {
        return ConfigKey.all().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The addresses have passwords in them; without one the pod waits: it would keep less. */
    @Test
    void podsThatShareALogTakeItsAddressesFromASecret() throws Exception {
        Rollout cluster = Rollout.rendered(Rollout.CLUSTER);

        requireInSecret(cluster, "highwater.redis.uri", "redis-uri");
        requireInSecret(cluster, "highwater.archive.url", "archive-url");
        Map<String, String> settings = cluster.settings();
        settings.put("highwater.backbone", cluster.variable(key("highwater.backbone").variable()));
        settings.put("highwater.redis.uri", "redis://highwater:a@redis.redis.svc:6379");
        settings.put(
                "highwater.archive.url",
                "jdbc:postgresql://postgres.postgres.svc:5432/highwater?user=highwater&password=a");
        assertThat(HighwaterConfig.of(settings).redis()).isNotNull();
        assertThat(cluster.one(Deployment.class).getSpec().getReplicas())
                .as("an eviction of one leaves two")
                .isGreaterThan(
                        1
                                + cluster.one(PodDisruptionBudget.class)
                                        .getSpec()
                                        .getMaxUnavailable()
                                        .getIntVal());
    }

    private static void requireInSecret(Rollout rollout, String key, String inSecret) {
        SecretKeySelector secret = rollout.secret(key(key));
        assertThat(secret.getName()).isEqualTo("highwater-log");
        assertThat(secret.getKey()).isEqualTo(inSecret);
        assertThat(secret.getOptional()).isNull();
    }

    @ParameterizedTest
    @MethodSource("rollouts")
    void portsAreTheNodes(Rollout rollout) throws Exception {
        HighwaterConfig config = rollout.config();
        Map<String, Integer> ports =
                rollout.container().getPorts().stream()
                        .collect(
                                Collectors.toMap(
                                        ContainerPort::getName, ContainerPort::getContainerPort));

        assertThat(ports)
                .isEqualTo(Map.of("data", config.server().port(), "admin", config.admin().port()));
        assertThat(config.isTlsOn()).isFalse();
        assertThat(InetAddress.getByName(config.adminHost()).isAnyLocalAddress())
                .as("the kubelet reaches the admin port")
                .isTrue();
        for (Service service : rollout.all(Service.class)) {
            assertThat(service.getSpec().getPorts())
                    .allSatisfy(
                            port ->
                                    assertThat(port.getTargetPort().getStrVal())
                                            .isIn(ports.keySet()));
        }
    }

    @ParameterizedTest
    @MethodSource("rollouts")
    void dataAndAdminAreServicesApart(Rollout rollout) {
        Map<String, Service> services =
                rollout.all(Service.class).stream()
                        .collect(
                                Collectors.toMap(
                                        service -> service.getMetadata().getName(),
                                        Function.identity()));
        Service data = services.get("highwater");
        Service admin = services.get("highwater-admin");

        assertThat(services).hasSize(2);
        assertThat(data.getSpec().getPorts())
                .extracting(ServicePort::getAppProtocol)
                .containsExactly("kubernetes.io/ws", "kubernetes.io/h2c");
        assertThat(data.getSpec().getPorts())
                .allSatisfy(port -> assertThat(port.getTargetPort().getStrVal()).isEqualTo("data"));
        assertThat(data.getSpec().getSessionAffinity())
                .isEqualTo(
                        Set.of("scaled", "cluster").contains(rollout.name()) ? "None" : "ClientIP");
        assertThat(admin.getSpec().getClusterIP()).isEqualTo("None");
        assertThat(admin.getSpec().getPublishNotReadyAddresses()).isTrue();
        assertThat(admin.getSpec().getPorts())
                .allSatisfy(
                        port -> assertThat(port.getTargetPort().getStrVal()).isEqualTo("admin"));
    }

    @ParameterizedTest
    @MethodSource("rollouts")
    void selectorsFindThePod(Rollout rollout) {
        Deployment deployment = rollout.one(Deployment.class);
        Map<String, String> labels = deployment.getSpec().getTemplate().getMetadata().getLabels();

        Stream.of(
                        deployment.getSpec().getSelector(),
                        rollout.one(PodDisruptionBudget.class).getSpec().getSelector(),
                        rollout.one(NetworkPolicy.class).getSpec().getPodSelector())
                .forEach(
                        selector ->
                                assertThat(selector.getMatchLabels())
                                        .isNotEmpty()
                                        .isEqualTo(labels));
        assertThat(rollout.pod().getTopologySpreadConstraints())
                .hasSize(2)
                .allSatisfy(
                        spread ->
                                assertThat(spread.getLabelSelector().getMatchLabels())
                                        .isEqualTo(labels));
        assertThat(rollout.all(Service.class))
                .allSatisfy(
                        service -> assertThat(service.getSpec().getSelector()).isEqualTo(labels));
    }

    @Test
    void theMonitorFindsTheAdminServiceAlone() throws Exception {
        Rollout rollout = Rollout.rendered(Rollout.PRODUCTION);
        ServiceMonitor monitor = rollout.one(ServiceMonitor.class);
        Map<String, String> wanted = monitor.getSpec().getSelector().getMatchLabels();
        assertThat(rollout.all(Service.class))
                .filteredOn(
                        service ->
                                service.getMetadata()
                                        .getLabels()
                                        .entrySet()
                                        .containsAll(wanted.entrySet()))
                .singleElement()
                .satisfies(
                        service ->
                                assertThat(service.getSpec().getPorts())
                                        .extracting(ServicePort::getName)
                                        .containsAll(
                                                monitor.getSpec().getEndpoints().stream()
                                                        .map(Endpoint::getPort)
                                                        .toList()));
    }

    @ParameterizedTest
    @MethodSource("rollouts")
    void probesAndScrapesAskWhatTheAdminPortAnswersToAnybody(Rollout rollout) {
        AdminPort admin = new AdminPort();
        Container container = rollout.container();
        Probe ready = container.getReadinessProbe();
        List<Probe> live = List.of(container.getStartupProbe(), container.getLivenessProbe());

        assertThat(Stream.concat(live.stream(), Stream.of(ready)))
                .allSatisfy(
                        probe -> {
                            assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("admin");
                            assertThat(admin.statusOf(probe.getHttpGet().getPath())).isEqualTo(200);
                        });
        assertThat(rollout.all(ServiceMonitor.class))
                .flatExtracting(monitor -> monitor.getSpec().getEndpoints())
                .extracting(Endpoint::getPath)
                .allSatisfy(path -> assertThat(admin.bodyOf(path)).isEqualTo(AdminPort.METRICS));

        admin.drain();

        assertThat(admin.statusOf(ready.getHttpGet().getPath())).isEqualTo(503);
        assertThat(live)
                .allSatisfy(
                        probe ->
                                assertThat(admin.statusOf(probe.getHttpGet().getPath()))
                                        .isEqualTo(200));
    }

    @ParameterizedTest
    @MethodSource("rollouts")
    void theGracePeriodFitsPreStopDrainWindowAndCloseTimeout(Rollout rollout) throws Exception {
        HighwaterConfig config = rollout.config();
        Duration preStop =
                Duration.ofSeconds(
                        rollout.container().getLifecycle().getPreStop().getSleep().getSeconds());
        Duration needed =
                preStop.plus(config.drainWindow())
                        .plus(config.wire().closeTimeout())
                        .plus(TO_SPARE);

        assertThat(Duration.ofSeconds(rollout.pod().getTerminationGracePeriodSeconds()))
                .isBetween(needed, needed.plusMinutes(1));
        Probe ready = rollout.container().getReadinessProbe();
        assertThat(preStop)
                .as("who asks the node itself has time to see it go")
                .isGreaterThanOrEqualTo(
                        Duration.ofSeconds(
                                (long) ready.getPeriodSeconds() * ready.getFailureThreshold()));
    }

    /** Channels live in one pod, and a cluster need not have anybody's operator. */
    @Test
    void withoutComponentsItIsOnePodAndNeedsNoOperator() throws Exception {
        Rollout base = Rollout.base();
        assertThat(base.one(Deployment.class).getSpec().getReplicas()).isNull();
        assertThat(base.all(HorizontalPodAutoscaler.class)).isEmpty();
        assertThat(base.all(ServiceMonitor.class)).isEmpty();
        assertThat(Rollout.rendered(Rollout.PRODUCTION).all(HorizontalPodAutoscaler.class))
                .isEmpty();
    }

    /** The component's own numbers are for the pods of the base. */
    static List<Arguments> scalers() throws Exception {
        Rollout scaled = Rollout.rendered(Rollout.SCALED);
        return List.of(
                Arguments.of(scaled, scaled.one(HorizontalPodAutoscaler.class)),
                Arguments.of(
                        Rollout.base(),
                        StrictManifests.read(
                                Rollout.AUTOSCALING.resolve("horizontalpodautoscaler.yaml"))));
    }

    @ParameterizedTest
    @MethodSource("scalers")
    void theScalerGoesByMetricsThatAreThereAndBeforeLimitsAreReached(
            Rollout rollout, HorizontalPodAutoscaler scaler) throws Exception {
        HighwaterConfig config = rollout.config();
        Deployment deployment = rollout.one(Deployment.class);
        Map<String, Quantity> targets =
                scaler.getSpec().getMetrics().stream()
                        .map(MetricSpec::getPods)
                        .collect(
                                Collectors.toMap(
                                        pods -> pods.getMetric().getName(),
                                        pods -> pods.getTarget().getAverageValue()));
        String scrape;
        try (NodeMetrics metrics = MetricsFixture.of(new NonEmptyQueues())) {
            scrape = metrics.scrape("text/plain", 0);
        }

        assertThat(targets)
                .containsOnlyKeys("highwater_connections", "highwater_queued_bytes")
                .allSatisfy(
                        (name, target) -> assertThat(scrape).contains("# TYPE " + name + " gauge"));
        assertThat(bytes(targets.get("highwater_connections")))
                .isBetween(
                        config.handshake().maxConnections() / 2.0,
                        config.handshake().maxConnections() * 0.8);
        double governed = MemoryPlan.of(rollout).heapBytes() * config.governor().heapFraction();
        assertThat(bytes(targets.get("highwater_queued_bytes")))
                .isBetween(governed / 4, governed / 2);
        assertThat(scaler.getSpec().getScaleTargetRef().getName())
                .isEqualTo(deployment.getMetadata().getName());
        assertThat(deployment.getSpec().getReplicas()).as("the scaler's").isNull();
        assertThat(scaler.getSpec().getMinReplicas())
                .as("an eviction of one leaves one")
                .isGreaterThan(
                        rollout.one(PodDisruptionBudget.class)
                                .getSpec()
                                .getMaxUnavailable()
                                .getIntVal());
    }

    @ParameterizedTest
    @MethodSource("rollouts")
    void onlyTheMonitoringNamespaceReachesTheAdminPort(Rollout rollout) {
        List<NetworkPolicyIngressRule> rules =
                rollout.one(NetworkPolicy.class).getSpec().getIngress();

        assertThat(rules).hasSize(2);
        assertThat(rules).allSatisfy(rule -> assertThat(rule.getPorts()).hasSize(1));
        assertThat(rules)
                .filteredOn(rule -> portOf(rule).equals("admin"))
                .singleElement()
                .satisfies(rule -> assertThat(namespaces(rule)).containsExactly("monitoring"));
        assertThat(rules)
                .filteredOn(rule -> portOf(rule).equals("data"))
                .singleElement()
                .satisfies(
                        rule ->
                                assertThat(namespaces(rule))
                                        .isEqualTo(
                                                rollout.name().equals("base")
                                                        ? List.of()
                                                        : List.of("ingress")));
        assertThat(rollout.one(NetworkPolicy.class).getSpec().getPolicyTypes())
                .containsExactly("Ingress", "Egress");
    }

    @ParameterizedTest
    @MethodSource("rollouts")
    void aPodReachesWhatItNeedsAndNothingElse(Rollout rollout) {
        assertThat(rollout.one(NetworkPolicy.class).getSpec().getEgress())
                .flatExtracting(RolloutTest::reached)
                .containsExactlyElementsOf(
                        rollout.name().equals("cluster")
                                ? List.of(
                                        "kube-system {k8s-app=kube-dns} UDP 53",
                                        "kube-system {k8s-app=kube-dns} TCP 53",
                                        "redis {} TCP 6379",
                                        "postgres {} TCP 5432")
                                : List.of());
    }

    private static List<String> reached(NetworkPolicyEgressRule rule) {
        NetworkPolicyPeer peer = rule.getTo().get(0);
        assertThat(rule.getTo()).as("a rule without one reaches everything").hasSize(1);
        assertThat(peer.getIpBlock()).isNull();
        String to =
                peer.getNamespaceSelector().getMatchLabels().get("kubernetes.io/metadata.name")
                        + " "
                        + (peer.getPodSelector() == null
                                ? Map.of()
                                : peer.getPodSelector().getMatchLabels());
        assertThat(rule.getPorts()).isNotEmpty();
        return rule.getPorts().stream()
                .map(port -> to + " " + port.getProtocol() + " " + port.getPort().getIntVal())
                .toList();
    }

    /**
     * Forwarded headers are believed of a network only where the ingress alone reaches the port.
     */
    @ParameterizedTest
    @MethodSource("rollouts")
    void proxiesAreTrustedOnlyWhereNobodyElseConnects(Rollout rollout) throws Exception {
        boolean ingressOnly =
                rollout.one(NetworkPolicy.class).getSpec().getIngress().stream()
                        .filter(rule -> portOf(rule).equals("data"))
                        .noneMatch(rule -> rule.getFrom().isEmpty());

        assertThat(rollout.config().handshake().trustedProxies().isEmpty())
                .isNotEqualTo(ingressOnly);
    }

    private static String portOf(NetworkPolicyIngressRule rule) {
        return rule.getPorts().get(0).getPort().getStrVal();
    }

    private static List<String> namespaces(NetworkPolicyIngressRule rule) {
        return rule.getFrom().stream()
                .map(peer -> peer.getNamespaceSelector().getMatchLabels())
                .map(labels -> labels.get("kubernetes.io/metadata.name"))
                .toList();
    }

    private static double bytes(Quantity quantity) {
        return Quantity.getAmountInBytes(quantity).doubleValue();
    }
}
