package io.highwater.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Sysctl;
import io.highwater.handshake.HandshakeSettings;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pod may do, and what it may use. */
final class PodTest {
    /** Kubernetes 1.29 and its restricted Pod Security Standard. */
    private static final Set<String> SAFE_SYSCTLS =
            Set.of(
                    "kernel.shm_rmid_forced",
                    "net.ipv4.ip_local_port_range",
                    "net.ipv4.ip_local_reserved_ports",
                    "net.ipv4.ip_unprivileged_port_start",
                    "net.ipv4.ping_group_range",
                    "net.ipv4.tcp_fin_timeout",
                    "net.ipv4.tcp_keepalive_intvl",
                    "net.ipv4.tcp_keepalive_probes",
                    "net.ipv4.tcp_keepalive_time",
                    "net.ipv4.tcp_syncookies");

    static List<Rollout> rollouts() throws Exception {
        return RolloutTest.rollouts();
    }

    @ParameterizedTest
    @MethodSource("rollouts")
    void thePodIsAllowedNothing(Rollout rollout) {
        PodSpec pod = rollout.pod();
        assertThat(pod.getContainers()).hasSize(1);
        assertThat(pod.getEnableServiceLinks()).isFalse();
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType())
                .isEqualTo("RuntimeDefault");
        assertThat(pod.getSecurityContext().getSysctls())
                .extracting(Sysctl::getName)
                .allSatisfy(name -> assertThat(name).isIn(SAFE_SYSCTLS));

        SecurityContext container = rollout.container().getSecurityContext();
        assertThat(container.getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(container.getCapabilities().getAdd()).isEmpty();
        assertThat(container.getPrivileged()).isNull();
    }

    @ParameterizedTest
    @MethodSource("rollouts")
    void theImageIsAShortNameWithATag(Rollout rollout) {
        assertThat(rollout.container().getImage()).matches("[a-z0-9-]+:[0-9]+\\.[0-9]+\\.[0-9]+");
    }

    @ParameterizedTest
    @MethodSource("rollouts")
    void theMemoryLimitPaysForHeapAndKernelWithATenthToSpare(Rollout rollout) throws Exception {
        MemoryPlan plan = MemoryPlan.of(rollout);
        ResourceRequirements resources = rollout.container().getResources();

        assertThat(plan.usedBytes()).isLessThan(plan.limitBytes() * 0.9);
        assertThat(HandshakeSettings.defaultMaxConnections((long) plan.heapBytes()))
                .as("connections that a node allows itself on this heap")
                .isGreaterThanOrEqualTo(rollout.config().handshake().maxConnections());
        assertThat(resources.getRequests().get("memory"))
                .as("reserved, so that another pod's need kills nobody")
                .isEqualTo(resources.getLimits().get("memory"));
        assertThat(resources.getLimits()).containsOnlyKeys("memory");
        assertThat(resources.getRequests()).containsKey("cpu");
    }
}
