package io.highwater.node.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.highwater.channel.ChannelRule;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.node.NodeFixture;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InterceptorBinding;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a deployment says of itself: each endpoint and each rule, with the path that it is for. */
final class DeploymentLogTest {
    @InterceptorBinding
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Tenants {}

    @Tenants
    @Interceptor
    @Priority(Interceptor.Priority.APPLICATION + 10)
    public static class TenantRule extends HandshakeRule {
        @Override
        protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
            return next.decide();
        }
    }

    @ApplicationScoped
    public static class Members implements ChannelRule {}

    @ServerEndpoint("/deployment-log")
    public static class Room {
        @OnMessage
        public String onText(String text) {
            return text;
        }
    }

    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    private List<String> deploy(String contextPath, List<Class<?>> beans) throws Exception {
        Logger log = (Logger) LoggerFactory.getLogger(Deployment.class);
        lines.start();
        log.addAppender(lines);
        try (NodeFixture node = NodeFixture.create()) {
            DeploymentPlan plan =
                    new DeploymentPlan(
                            contextPath,
                            getClass().getClassLoader(),
                            DeploymentPlan.Found.ALL,
                            beans,
                            List.of());
            Deployment deployment = Deployment.start(plan, node.host());
            node.deployments().add(deployment);
            deployment.log();
        } finally {
            log.detachAppender(lines);
        }
        return lines.list.stream()
                .map(line -> line.getMessage() + " " + line.getKeyValuePairs())
                .toList();
    }

    private static String line(String event, String path, Class<?> type) {
        return event + " [path=\"" + path + "\", class=\"" + type.getName() + "\"]";
    }

    @Test
    void eachRuleIsNamedWithThePathThatItIsAskedFor() throws Exception {
        assertThat(deploy("", List.of(Room.class, TenantRule.class, Members.class)))
                .contains(
                        line("handshake_rule", "/*", TenantRule.class),
                        line("channel_rule", "/v1/ws", Members.class),
                        line("endpoint", "/deployment-log", Room.class));
    }

    @Test
    void aRuleOfAContextIsAskedForItsPathsAlone() throws Exception {
        assertThat(deploy("/team", List.of(Room.class, TenantRule.class)))
                .contains(
                        line("handshake_rule", "/team/*", TenantRule.class),
                        line("endpoint", "/team/deployment-log", Room.class));
    }
}
