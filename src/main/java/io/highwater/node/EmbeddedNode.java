package io.highwater.node;

import io.highwater.config.HighwaterConfig;
import io.highwater.node.deployment.Deployment;
import io.highwater.node.deployment.DeploymentFailure;
import io.highwater.node.deployment.DeploymentPlan;
import io.highwater.publish.Channels;
import io.highwater.server.HttpServer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node in this JVM with data ports of its own. Thread-safe. */
public final class EmbeddedNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedNode.class);

    private final NodeCore core;
    private final int port;
    private final OptionalInt tlsPort;

    private EmbeddedNode(NodeCore core, HttpServer http) {
        this.core = core;
        this.port = http.port();
        this.tlsPort = http.tlsPort();
    }

    /**
     * Starts a node, which is ready when this returns. On any failure nothing of it is left.
     *
     * @param loader where beans are looked for; null for the context class loader of this thread
     * @param beans classes of beans that CDI does not discover by itself
     * @param endpoints endpoints that a program configured
     * @throws IOException a port can't be had, or the archive can't be opened; the message names it
     * @throws DeploymentFailure an endpoint or a rule can't be deployed; names class and reason
     */
    public static EmbeddedNode start(
            HighwaterConfig config,
            @Nullable ClassLoader loader,
            List<Class<?>> beans,
            List<ServerEndpointConfig> endpoints)
            throws IOException {
        return start(config, DeploymentPlan.of(loader, beans, endpoints), NodeSeams.NONE);
    }

    static EmbeddedNode start(HighwaterConfig config, DeploymentPlan plan, NodeSeams seams)
            throws IOException {
        Parts parts = new Parts();
        try {
            NodeCore core = new NodeCore(config, parts, seams);
            HttpServer http =
                    new HttpServer(
                            config.server(),
                            core.upgrades(),
                            core.edge(),
                            core.ticker(),
                            core.bursts(),
                            config.demo() ? HttpServer.Pages.DEMO : HttpServer.Pages.NONE);
            parts.add(http, http::close);
            // Checked first: a deployment may take long, only to find the port in use.
            http.checkPorts();
            core.checkPort();
            core.start();
            core.startLog();
            Deployment deployment =
                    Deployment.start(config.demo() ? plan : plan.withoutDemo(), core);
            core.deployments().add(deployment);
            deployment.log();
            http.start();
            core.ready(http::stopAccepting);
            EmbeddedNode node = new EmbeddedNode(core, http);
            LOG.atInfo()
                    .addKeyValue("port", node.port())
                    .addKeyValue("admin_port", node.adminPort())
                    .log("ready");
            return node;
        } catch (IOException | RuntimeException | Error e) {
            parts.close();
            throw e;
        }
    }

    public int port() {
        return port;
    }

    /** Empty if TLS is off. */
    public OptionalInt tlsPort() {
        return tlsPort;
    }

    /** Empty if the HTTP API is off. */
    public OptionalInt apiPort() {
        return core.apiPort();
    }

    public Channels channels() {
        return core.channels();
    }

    public int adminPort() {
        return core.adminPort();
    }

    /**
     * Takes no new sockets, closes the open sessions over the drain window, and returns when they
     * have ended or their time is over. Blocks. A second caller waits for the same drain.
     */
    public void drain() throws InterruptedException {
        core.drain();
    }

    /** Ends everything that is open and frees the ports. A second call does nothing. */
    @Override
    public void close() {
        core.close();
    }
}
