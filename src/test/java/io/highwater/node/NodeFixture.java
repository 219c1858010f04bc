package io.highwater.node;

import io.highwater.config.ConfigException;
import io.highwater.config.HighwaterConfig;
import io.highwater.node.deployment.DeploymentHost;
import io.highwater.node.deployment.Deployments;
import java.util.Map;

/** A node without data ports, for tests of what is deployed on it. Confined to its caller. */
public final class NodeFixture implements AutoCloseable {
    private final NodeCore core;

    private NodeFixture(NodeCore core) {
        this.core = core;
    }

    public static NodeFixture create() throws ConfigException {
        return new NodeFixture(new NodeCore(config(), new Parts()));
    }

    static HighwaterConfig config() throws ConfigException {
        return config("0");
    }

    static HighwaterConfig config(String drainWindow) throws ConfigException {
        return HighwaterConfig.of(
                Map.of(
                        "highwater.port", "0",
                        "highwater.admin.port", "0",
                        "highwater.drain.window", drainWindow));
    }

    public DeploymentHost host() {
        return core;
    }

    public Deployments deployments() {
        return core.deployments();
    }

    @Override
    public void close() {
        core.close();
    }
}
