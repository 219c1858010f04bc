package io.highwater.node.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.node.NodeFixture;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Deployments that come and go on a node that others are served by. */
final class DeploymentsTest {
    private static final Duration GUARD = Duration.ofSeconds(60);

    @ServerEndpoint("/deployed")
    public static class Deployed {
        @OnMessage
        public String onText(String text) {
            return text;
        }
    }

    private static DeploymentPlan plan(String contextPath) {
        return new DeploymentPlan(
                contextPath,
                DeploymentsTest.class.getClassLoader(),
                DeploymentPlan.Found.ALL,
                List.of(Deployed.class),
                List.of());
    }

    /** One comes and goes while requests look for the other. */
    @Test
    void aDeploymentTakesNothingFromItsSiblings() throws Exception {
        try (NodeFixture node = NodeFixture.create()) {
            Deployments deployments = node.deployments();
            deployments.add(Deployment.start(plan("/lasting"), node.host()));
            AtomicInteger missed = new AtomicInteger();
            AtomicInteger asked = new AtomicInteger();
            Thread client =
                    new Thread(
                            () -> {
                                while (!Thread.interrupted()) {
                                    asked.incrementAndGet();
                                    if (deployments.route("/lasting/deployed") == null) {
                                        missed.incrementAndGet();
                                    }
                                }
                            });
            Deployment other = Deployment.start(plan("/other"), node.host());
            client.start();
            try {
                await().atMost(GUARD).until(() -> asked.get() > 1000);
                for (int i = 0; i < 10_000; i++) {
                    deployments.add(other);
                    deployments.drop(other);
                }
            } finally {
                client.interrupt();
                client.join();
                other.close();
            }
            assertThat(missed).hasValue(0);
        }
    }

    @Test
    void theNextOfAContextPathTakesTheFormersPlaceWithoutAGap() throws Exception {
        try (NodeFixture node = NodeFixture.create()) {
            Deployments deployments = node.deployments();
            Deployment former = Deployment.start(plan("/team"), node.host());
            Deployment next = Deployment.start(plan("/team"), node.host());
            deployments.add(former);
            deployments.replace(former, next);
            assertThat(deployments.route("/team/deployed")).isSameAs(next.route("/team/deployed"));
            assertThat(former.isRetired()).isTrue();
            assertThat(next.isRetired()).isFalse();
        }
    }
}
