package io.highwater.node.deployment;

import io.highwater.channel.ChannelRule;
import io.highwater.endpoint.EndpointExtension;
import io.highwater.endpoint.Endpoints;
import io.highwater.endpoint.jetty.Clients;
import io.highwater.handshake.Handshake;
import io.highwater.handshake.HandshakeExtension;
import io.highwater.node.drain.SessionGroup;
import io.highwater.node.drain.SessionsEnd;
import io.highwater.publish.ChannelsExtension;
import io.highwater.publish.NodeChannels;
import io.highwater.session.Sessions;
import io.highwater.time.Ticker;
import io.highwater.wire.Route;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.se.SeContainer;
import java.util.ServiceConfigurationError;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jboss.weld.Container;
import org.jboss.weld.environment.se.Weld;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One container of beans and what it serves on its node. An embedded node has one for its class
 * path, a Jetty base has one for each WAR. Thread-safe.
 */
public final class Deployment implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

    private final DeploymentPlan plan;
    private final SeContainer beans;
    private final NodeChannels channels;
    private final Endpoints endpoints;
    private final Handshake handshake;
    private final Set<String> rules;
    private final @Nullable ChannelRule channelRule;
    private final String channelRuleName;
    private final Ticker ticker;
    private final @Nullable Clients clients;
    private volatile boolean retired;

    private Deployment(
            DeploymentPlan plan,
            SeContainer beans,
            NodeChannels channels,
            DeploymentHost node,
            @Nullable Clients clients) {
        this.plan = plan;
        this.ticker = node.ticker();
        this.clients = clients;
        this.beans = beans;
        this.channels = channels;
        this.endpoints =
                new Endpoints(
                        node.endpointNode(),
                        plan.contextPath(),
                        beans.getBeanManager(),
                        executor(plan, node),
                        plan.gate());
        beans.getBeanManager().getExtension(EndpointExtension.class).endpoints().stream()
                .filter(bean -> plan.means(bean.getBeanClass()))
                .forEach(endpoints::deploy);
        plan.configs().forEach(endpoints::deploy);
        this.rules =
                new TreeSet<>(
                        beans.getBeanManager().getExtension(HandshakeExtension.class).teamRules());
        this.handshake = beans.select(Handshake.class).get();
        Instance<ChannelRule> rule = beans.select(ChannelRule.class);
        this.channelRule = rule.isUnsatisfied() ? null : rule.get();
        // Not the object's class, which may be a proxy.
        this.channelRuleName =
                rule.isUnsatisfied() ? "" : rule.getHandle().getBean().getBeanClass().getName();
    }

    /**
     * Starts its beans; {@link Deployments#add} makes them answer.
     *
     * @throws DeploymentFailure says why it can't start, in a line that names the class; nothing of
     *     the deployment is left then
     */
    public static Deployment start(DeploymentPlan plan, DeploymentHost node) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(plan.loader());
        try {
            return startHere(plan, node);
        } catch (RuntimeException | LinkageError | ServiceConfigurationError e) {
            plan.forgetLoader();
            throw DeploymentFailure.of(e, new MissingBeans(plan));
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static Deployment startHere(DeploymentPlan plan, DeploymentHost node) {
        Weld weld = new Weld();
        weld.setClassLoader(plan.loader());
        // Weld's own shutdown hook would close beans that draining sessions still use.
        weld.addProperty("org.jboss.weld.se.shutdownHook", false);
        NodeChannels channels = new NodeChannels(node.publishing(), executor(plan, node));
        weld.addExtensions(node.handshakeBeans(), new ChannelsExtension(channels));
        if (!plan.beanClasses().isEmpty()) {
            weld.addExtensions(new GivenBeans(plan.beanClasses(), plan.singletons()));
            plan.beanClasses().forEach(weld::addBeanClass);
        }
        String id = UUID.randomUUID().toString();
        weld.containerId(id);
        SeContainer beans;
        try {
            beans = initialized(weld, id);
        } catch (RuntimeException | LinkageError | ServiceConfigurationError e) {
            channels.close();
            throw e;
        }
        Clients clients = plan.isOfAnotherLoader() ? Clients.start() : null;
        try {
            return new Deployment(plan, beans, channels, node, clients);
        } catch (RuntimeException | LinkageError | ServiceConfigurationError e) {
            channels.close();
            beans.close();
            if (clients != null) {
                clients.close();
            }
            throw e;
        }
    }

    /** Calls a team's code, which may block, with the loader it expects. */
    private static Executor executor(DeploymentPlan plan, DeploymentHost node) {
        Executor callbacks = node.callbacks();
        return plan.isOfAnotherLoader()
                ? task -> callbacks.execute(() -> plan.run(task))
                : callbacks;
    }

    private static SeContainer initialized(Weld weld, String id) {
        try {
            return weld.initialize();
        } catch (RuntimeException | LinkageError | ServiceConfigurationError e) {
            forgetHalfOf(id);
            throw e;
        }
    }

    /** Cleans up a container whose start failed: Weld would keep it, and with it the loader. */
    private static void forgetHalfOf(String id) {
        try {
            Container.instance(id).cleanup();
        } catch (IllegalStateException none) {
            LOG.debug("Nothing of the container {} was begun", id);
        }
    }

    String contextPath() {
        return plan.contextPath();
    }

    /** Logs a line for each endpoint, rule, and class that only looks like an endpoint. */
    public void log() {
        String context = plan.contextPath().isEmpty() ? "/" : plan.contextPath();
        endpoints
                .classesByPath()
                .forEach(
                        (path, type) ->
                                LOG.atInfo()
                                        .addKeyValue("path", path)
                                        .addKeyValue("class", type)
                                        .log("endpoint"));
        for (String rule : rules) {
            LOG.atInfo()
                    .addKeyValue("path", plan.contextPath() + "/*")
                    .addKeyValue("class", rule)
                    .log("handshake_rule");
        }
        if (channelRule != null) {
            LOG.atInfo()
                    .addKeyValue("path", Sessions.PATH)
                    .addKeyValue("class", channelRuleName)
                    .log("channel_rule");
        }
        plan.noEndpoints()
                .forEach(
                        (type, reason) ->
                                LOG.atWarn()
                                        .addKeyValue("context", context)
                                        .addKeyValue("class", type)
                                        .addKeyValue("reason", reason)
                                        .log("no_endpoint"));
    }

    boolean serves(String path) {
        String context = plan.contextPath();
        return path.startsWith(context)
                && (path.length() == context.length()
                        || context.isEmpty()
                        || path.charAt(context.length()) == '/');
    }

    @Nullable Route route(String path) {
        return endpoints.route(path);
    }

    Handshake handshake() {
        return handshake;
    }

    /** A team's bean; null if there is none. */
    @Nullable ChannelRule channelRule() {
        return channelRule;
    }

    /** The class name of that rule; empty if there is none. */
    String channelRuleName() {
        return channelRuleName;
    }

    Endpoints endpoints() {
        return endpoints;
    }

    SessionGroup sessions() {
        return SessionGroup.of(endpoints);
    }

    /** Takes no new sessions from now on. */
    void retire() {
        retired = true;
        endpoints.retire();
    }

    boolean isRetired() {
        return retired;
    }

    /** Resets the remaining sessions, and ends the subscriptions of the beans. */
    void abortSessions() {
        retire();
        endpoints.aborters().forEach(Runnable::run);
        channels.stop();
    }

    /** What has not ended yet of what calls the beans. */
    int callers() {
        return endpoints.sessions() + channels.subscriptions();
    }

    /**
     * Resets the remaining sessions, waits for the end of their callbacks, and ends the beans. A
     * second call does nothing.
     */
    @Override
    public void close() {
        abortSessions();
        SessionsEnd.await(this::callers, ticker);
        channels.close();
        if (beans.isRunning()) {
            plan.run(
                    () -> {
                        end("beans", beans::close);
                        if (clients != null) {
                            end("clients", clients::close);
                        }
                    });
            end("loader", plan::forgetLoader);
        }
    }

    /** A {@code @PreDestroy} that throws, or misses a class, does not keep the rest from ending. */
    private static void end(String part, Runnable ends) {
        try {
            ends.run();
        } catch (RuntimeException | Error e) {
            LOG.atWarn().addKeyValue("part", part).setCause(e).log("undeploy_failed");
        }
    }
}
