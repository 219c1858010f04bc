package io.highwater.node;

import io.highwater.config.ConfigException;
import io.highwater.config.ConfigSources;
import io.highwater.config.HighwaterConfig;
import io.highwater.endpoint.ApplicationContainer;
import io.highwater.node.deployment.Deployment;
import io.highwater.node.deployment.DeploymentFailure;
import io.highwater.node.deployment.DeploymentPlan;
import io.highwater.node.deployment.WarArchive;
import io.highwater.server.Edge;
import io.highwater.server.ServerSettings;
import io.highwater.server.WarNode;
import io.highwater.server.tls.DevelopmentCertificate;
import io.highwater.time.Ticker;
import io.highwater.wire.jetty.UpgradeHandler;
import io.highwater.wire.jetty.h2.StreamBursts;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node of a Jetty base, shared by all its WARs. Reads its configuration in the base's folder,
 * as {@code highwater run} does; Jetty owns the ports. Confined to the threads that start and stop
 * it, one at a time; the objects it hands out are not.
 */
public final class JettyBaseNode implements WarNode {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCore.class);

    private final Parts parts = new Parts();
    private volatile @Nullable NodeCore started;

    /** Called by the module's XML. */
    public JettyBaseNode() {}

    @Override
    public void start() throws IOException {
        try {
            HighwaterConfig config = HighwaterConfig.read(ConfigSources.ofProcess(null, Map.of()));
            config.applyLogLevel();
            NodeCore core = new NodeCore(config, parts);
            started = core;
            core.start();
            core.startLog();
            core.deployments().addFallback(Deployment.start(DeploymentPlan.ofRulesAlone(), core));
        } catch (ConfigException e) {
            e.problems().forEach(problem -> LOG.error("Not started: {}", problem));
            throw new IOException(e.getMessage(), e);
        } catch (IOException | RuntimeException | Error e) {
            parts.close();
            throw e;
        }
    }

    private NodeCore core() {
        return Objects.requireNonNull(started, "not started");
    }

    @Override
    public Ticker ticker() {
        return core().ticker();
    }

    @Override
    public Edge edge() {
        return core().edge();
    }

    @Override
    public StreamBursts bursts() {
        return core().bursts();
    }

    @Override
    public UpgradeHandler upgrades() {
        return core().upgrades();
    }

    @Override
    public int socketBufferBytes() {
        return core().config().server().socketBufferBytes();
    }

    @Override
    public ServerSettings.Keystore keystore() throws IOException {
        ServerSettings.Keystore configured = core().config().server().keystore();
        if (configured != null) {
            return configured;
        }
        DevelopmentCertificate certificate = DevelopmentCertificate.ofUser();
        Map<String, String> flags = certificate.flags();
        LOG.atWarn()
                .addKeyValue("file", certificate.file().toString())
                .log("self_signed_certificate");
        return new ServerSettings.Keystore(
                certificate.file(), flags.getOrDefault("highwater.tls.keystore-password", ""));
    }

    @Override
    public Map.Entry<String, Object> newServerContainer() {
        return Map.entry(ApplicationContainer.ATTRIBUTE, new ApplicationContainer());
    }

    @Override
    public @Nullable War deploy(Application application, @Nullable War former)
            throws RefusedException {
        DeployedWar old = (DeployedWar) former;
        String shown = application.contextPath().isEmpty() ? "/" : application.contextPath();
        ApplicationContainer added =
                application.serverContainer() instanceof ApplicationContainer own
                        ? own
                        : new ApplicationContainer();
        added.close();
        Deployment deployment;
        try {
            deployment =
                    new WarArchive(application.loader(), application.webInf())
                            .start(application.contextPath(), added, application.gate(), core());
        } catch (DeploymentFailure e) {
            removeIfAny(old);
            throw refused(shown, e);
        }
        if (deployment == null) {
            removeIfAny(old);
            return null;
        }
        try {
            put(old, deployment);
        } catch (DeploymentFailure e) {
            deployment.close();
            throw refused(shown, e);
        }
        deployment.log();
        LOG.atInfo().addKeyValue("context", shown).log("deployed");
        return new DeployedWar(this, deployment, shown);
    }

    private static void removeIfAny(@Nullable DeployedWar war) {
        if (war != null) {
            war.remove();
        }
    }

    private void put(@Nullable DeployedWar former, Deployment next) {
        if (former == null) {
            core().deployments().add(next);
            return;
        }
        try {
            core().deployments().replace(former.deployment, next);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.atInfo().addKeyValue("context", former.context).log("undeployed");
    }

    private record DeployedWar(JettyBaseNode node, Deployment deployment, String context)
            implements War {
        @Override
        public void remove() {
            node.remove(deployment, context);
        }
    }

    private static RefusedException refused(String context, DeploymentFailure failure) {
        for (String reason : failure.reasons()) {
            LOG.atError()
                    .addKeyValue("context", context)
                    .addKeyValue("reason", reason)
                    .log("not_deployed");
        }
        return new RefusedException(failure);
    }

    private void remove(Deployment deployment, String context) {
        try {
            core().deployments().remove(deployment);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.atInfo().addKeyValue("context", context).log("undeployed");
    }

    @Override
    public void ready(int port, OptionalInt tlsPort, Runnable stopAccepting) {
        NodeCore core = core();
        core.ready(stopAccepting);
        LOG.atInfo()
                .addKeyValue("port", port)
                .addKeyValue("admin_port", core.adminPort())
                .log("ready");
        // The same line that `run` prints, for scripts that wait for it.
        System.out.println(
                new ReadyLine(port, tlsPort, core.config().adminHost(), core.adminPort()));
    }

    @Override
    public void drain() {
        NodeCore core = started;
        if (core == null) {
            return;
        }
        try {
            core.drain();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        NodeCore core = started;
        if (core == null) {
            parts.close();
        } else {
            core.close();
        }
    }
}
