package io.highwater;

import io.highwater.api.Api;
import io.highwater.api.Wiring;
import io.highwater.config.HighwaterConfig;
import io.highwater.node.EmbeddedNode;
import io.highwater.node.deployment.DeploymentFailure;
import io.highwater.publish.Channels;
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
 * <p>The path of a message: {@code server} accepts, {@code wire.jetty} upgrades what {@code
 * handshake} lets in, {@code wire} reads and writes frames, {@code endpoint} calls the
 * application's methods, {@code outbound} queues what they send.
 */
@Api
public final class Highwater implements AutoCloseable {
    private final EmbeddedNode node;

    Highwater(EmbeddedNode node) {
        this.node = node;
    }

    /** Collects settings and endpoints for a node; {@link HighwaterBuilder#start} starts it. */
    public static HighwaterBuilder builder() {
        return new HighwaterBuilder();
    }

    /**
     * Starts a node with what is on the class path; it is ready when this returns.
     *
     * @throws IOException if a port can't be opened; the message names it
     * @throws DeploymentFailure if an endpoint or a handshake rule can't be deployed
     */
    @Wiring
    public static Highwater start(HighwaterConfig config) throws IOException {
        return new Highwater(EmbeddedNode.start(config, null, List.of(), List.of()));
    }

    /** The data port in use: HTTP/1.1 and h2c; the real one also if 0 was configured. */
    public int port() {
        return node.port();
    }

    /** The TLS data port in use; empty if TLS is off. */
    public OptionalInt tlsPort() {
        return node.tlsPort();
    }

    /** The admin port in use. */
    public int adminPort() {
        return node.adminPort();
    }

    /** The port of the HTTP API in use; empty if it is off. */
    public OptionalInt apiPort() {
        return node.apiPort();
    }

    /** Publishes, and tells what is in the channels; beans have it injected. */
    public Channels channels() {
        return node.channels();
    }

    /**
     * Accepts no new sockets, closes the open sessions with 1012 over the drain window, and returns
     * when they are gone or their time is over. Blocks. A second caller waits for the first: a stop
     * signal that follows a drain by the admin API cuts nothing short.
     *
     * @throws InterruptedException if interrupted; the drain goes on, and {@link #close} ends it
     */
    public void drain() throws InterruptedException {
        node.drain();
    }

    /**
     * Stops at once; call {@link #drain} first to end sessions in order. A second call does
     * nothing.
     */
    @Override
    public void close() {
        node.close();
    }
}
