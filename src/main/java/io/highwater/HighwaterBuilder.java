package io.highwater;

import io.highwater.api.Api;
import io.highwater.config.ConfigException;
import io.highwater.config.ConfigSources;
import io.highwater.config.HighwaterConfig;
import io.highwater.node.EmbeddedNode;
import io.highwater.node.deployment.DeploymentFailure;
import io.highwater.outbound.OverflowPolicy;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings and endpoints of a node in this JVM. Every setting has the default and the range of its
 * configuration key (docs/configuration.md); {@link #start} checks all of them together. The
 * environment, system properties and files are read only if {@link #config} is called.
 *
 * <p>Beans are found by the rules of CDI: annotated endpoints, handshake rules and a {@code
 * ChannelRule} in any archive of the class path with a {@code META-INF/beans.xml} need not be named
 * here, if they have a scope. In the jars of an {@link URLClassLoader} endpoints are found by the
 * rules of Jakarta WebSocket: with or without a scope and {@code beans.xml}.
 *
 * <p>Not thread-safe; may start several nodes, one after the other.
 */
@Api
public final class HighwaterBuilder {
    private final Map<String, String> values = new LinkedHashMap<>();
    private final List<Class<?>> beanClasses = new ArrayList<>();
    private final List<ServerEndpointConfig> endpoints = new ArrayList<>();
    private @Nullable Path file;
    private @Nullable ClassLoader loader;

    HighwaterBuilder() {}

    /** Data port, HTTP/1.1 and h2c; 0 means any free port. Default 8080. */
    public HighwaterBuilder port(int port) {
        return set("highwater.port", port);
    }

    /**
     * Also listens with TLS (HTTP/1.1 and, by ALPN, h2).
     *
     * @param port 0 means any free port
     * @param keystore a PKCS12 or JKS file with a key and its certificate
     * @param password opens the file and its keys; never logged
     */
    public HighwaterBuilder tls(int port, Path keystore, String password) {
        return set("highwater.tls.port", port)
                .set("highwater.tls.keystore", keystore)
                .set("highwater.tls.keystore-password", password);
    }

    /** Admin port; 0 means any free port. Default 9090. */
    public HighwaterBuilder adminPort(int port) {
        return set("highwater.admin.port", port);
    }

    /**
     * Makes the admin port available to other machines.
     *
     * @param host the address to listen on, such as 0.0.0.0
     * @param token required for changes from other machines; never logged
     */
    public HighwaterBuilder adminFor(String host, String token) {
        return set("highwater.admin.host", host).set("highwater.admin.token", token);
    }

    /** Name of this node in logs. Default: the host's name. */
    public HighwaterBuilder node(String name) {
        return set("highwater.node", name);
    }

    /**
     * Origins that may connect, such as {@code https://example.com}, {@code https://*.example.com};
     * {@code *} allows every origin. Default: only the origin with the request's own host and port.
     */
    public HighwaterBuilder allowedOrigins(String... origins) {
        return set("highwater.handshake.allowed-origins", String.join(",", origins));
    }

    /** Host names that requests may use, against DNS rebinding. Default: any. */
    public HighwaterBuilder allowedHosts(String... hosts) {
        return set("highwater.handshake.allowed-hosts", String.join(",", hosts));
    }

    /** Addresses or CIDRs of proxies whose X-Forwarded headers are believed. Default: none. */
    public HighwaterBuilder trustedProxies(String... proxies) {
        return set("highwater.handshake.trusted-proxies", String.join(",", proxies));
    }

    /**
     * How often one address may open a session.
     *
     * @param perSecond sessions per second in the long run; default 20
     * @param burst sessions at once; default 40
     */
    public HighwaterBuilder ratePerIp(int perSecond, int burst) {
        return set("highwater.handshake.rate-per-ip", perSecond)
                .set("highwater.handshake.burst-per-ip", burst);
    }

    /**
     * Maximum sessions of the node, and of one address (IPv6: of one /64). 0 means no limit. The
     * defaults depend on the heap.
     */
    public HighwaterBuilder maxConnections(int ofNode, int ofAddress) {
        return set("highwater.handshake.max-connections", ofNode)
                .set("highwater.handshake.max-connections-per-ip", ofAddress);
    }

    /**
     * Largest message of a client in bytes; a larger one ends the session with 1009. Default 64
     * KiB.
     */
    public HighwaterBuilder maxMessageBytes(int bytes) {
        return set("highwater.limits.max-message-bytes", bytes);
    }

    /**
     * What happens to an endpoint's session whose queue is above the high-water mark. Default
     * EVICT.
     */
    public HighwaterBuilder overflow(OverflowPolicy policy) {
        return set("highwater.endpoints.policy", policy.name());
    }

    /**
     * The high-water marks of a session's queue: above one of them the policy acts. The low-water
     * marks are half of them.
     *
     * @param messages default 100
     * @param bytes default 10 MiB
     */
    public HighwaterBuilder highWater(int messages, long bytes) {
        return set("highwater.outbound.high-messages", messages)
                .set("highwater.outbound.low-messages", messages / 2)
                .set("highwater.outbound.high-bytes", bytes)
                .set("highwater.outbound.low-bytes", bytes / 2);
    }

    /**
     * Pings, and the time after which a silent session ends.
     *
     * @param interval between two pings of a session; zero means no pings. Default 25 s
     * @param pongTimeout a pong that takes longer ends the session with 4408. Default 10 s
     * @param idleTimeout silence that ends a session; at least the sum of the two. Default 40 s
     */
    public HighwaterBuilder keepalive(
            Duration interval, Duration pongTimeout, Duration idleTimeout) {
        return set("highwater.keepalive.ping-interval", interval)
                .set("highwater.keepalive.pong-timeout", pongTimeout)
                .set("highwater.keepalive.idle-timeout", idleTimeout);
    }

    /**
     * Time over which {@link Highwater#drain} closes the sessions; zero means at once. Default 5 s.
     */
    public HighwaterBuilder drainWindow(Duration window) {
        return set("highwater.drain.window", window);
    }

    /** Leaves out the page at /, and the endpoints /v1/echo and /v1/chat/ROOM. */
    public HighwaterBuilder withoutDemo() {
        return set("highwater.demo", false);
    }

    /**
     * Any setting by its key.
     *
     * @param value in the form of a configuration file; an unknown key makes the start fail
     */
    public HighwaterBuilder set(String key, Object value) {
        values.put(key, Objects.requireNonNull(value, key).toString());
        return this;
    }

    /**
     * Reads what {@code highwater run} reads, in this order: the file, the environment, system
     * properties. Values that are set on this builder win.
     */
    public HighwaterBuilder config(Path file) {
        this.file = file;
        return this;
    }

    /**
     * Adds a class as a bean that no bean archive contains: an annotated endpoint, a handshake
     * rule's interceptor or any other class.
     */
    public HighwaterBuilder bean(Class<?> type) {
        beanClasses.add(type);
        return this;
    }

    /**
     * Adds a programmatic endpoint: a subclass of {@link jakarta.websocket.Endpoint} at the path of
     * its configuration. If its configurator creates instances, it is asked for them; otherwise the
     * class is a bean, of which each session gets a new instance unless it has a scope.
     */
    public HighwaterBuilder endpoint(ServerEndpointConfig config) {
        endpoints.add(config);
        return this;
    }

    /**
     * Where to look for beans. Default: the context class loader of the thread that calls start.
     */
    public HighwaterBuilder classLoader(ClassLoader loader) {
        this.loader = loader;
        return this;
    }

    /**
     * Starts the node; it is ready when this returns. If it fails, nothing of the node is left.
     *
     * @throws ConfigException if a setting is not allowed; names key, value and range of each
     * @throws DeploymentFailure if an endpoint or a rule can't be deployed; names class and reason
     * @throws IOException if a port can't be opened; names it
     */
    public Highwater start() throws ConfigException, IOException {
        HighwaterConfig config =
                file == null
                        ? HighwaterConfig.of(values)
                        : HighwaterConfig.read(ConfigSources.ofProcess(file, values));
        return new Highwater(EmbeddedNode.start(config, loader, beanClasses, endpoints));
    }
}
