package io.highwater;

import io.highwater.api.Api;
import io.highwater.api.Wiring;
import io.highwater.config.HighwaterConfig;
import io.highwater.node.EmbeddedNode;
import io.highwater.node.deployment.DeploymentFailure;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;

/**
 * One running node in this JVM, with its own ports. Thread-safe.
 *
 * <pre>{@code
 * try (Highwater node = Highwater.builder().port(0).adminPort(0).start()) {
 *     URI prices = URI.create("ws://127.0.0.1:" + node.port() + "/prices/HW");
 *     ...
 * }
 * }</pre>
 *
 * <p>The road of a message: {@code server} accepts, {@code wire.jetty} upgrades what {@code
 * handshake} lets in, {@code wire} reads and writes frames, {@code endpoint} calls a team's
 * methods, {@code outbound} queues what they send.
 */
@Api
public final class Highwater implements AutoCloseable {
    private final EmbeddedNode node;

    Highwater(EmbeddedNode node) {
        this.node = node;
    }

    /** A node to be: settings, endpoints, then {@link HighwaterBuilder#start}. */
    public static HighwaterBuilder builder() {
        return new HighwaterBuilder();
    }

    /**
     * Starts a node of what is on the class path; it is ready when this returns.
     *
     * @throws IOException a port can't be had; the message names it
     * @throws DeploymentFailure an endpoint or a handshake rule can't be deployed
     */
    @Wiring
    public static Highwater start(HighwaterConfig config) throws IOException {
        return new Highwater(EmbeddedNode.start(config, null, List.of(), List.of()));
    }

    /** The data port in use: HTTP/1.1 and h2c; known also where 0 was asked for. */
    public int port() {
        return node.port();
    }

    /** The TLS data port in use; empty where TLS is off. */
    public OptionalInt tlsPort() {
        return node.tlsPort();
    }

    /** The admin port in use. */
    public int adminPort() {
        return node.adminPort();
    }

    /**
     * Takes no new sockets, closes the open sessions with 1012 over the drain window, and returns
     * when they are gone or have had their time. Blocks. Who comes second waits for the first: a
     * stop signal that follows an admin's drain cuts nothing short.
     *
     * @throws InterruptedException the drain goes on then; {@link #close} ends it
     */
    public void drain() throws InterruptedException {
        node.drain();
    }

    /** Stops at once; {@link #drain} first to be polite. Does nothing the second time. */
    @Override
    public void close() {
        node.close();
    }
}
