package io.highwater.node.deployment;

import io.highwater.channel.ChannelClient;
import io.highwater.channel.ChannelDecision;
import io.highwater.channel.ChannelRule;
import io.highwater.handshake.Handshake;
import io.highwater.handshake.HandshakeObserver;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.node.drain.SessionGroup;
import io.highwater.session.Sessions;
import io.highwater.wire.Route;
import io.highwater.wire.Router;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The deployments of a node, by context path. A request is answered by the deployment with the
 * longest matching context path. The channels belong to the node and have one path, whatever is
 * deployed there; the deployment that brings their {@link ChannelRule} also decides about their
 * handshakes.
 *
 * <p>Thread-safe. Changes are rare and come one at a time.
 */
public final class Deployments implements Router, Handshake, AutoCloseable {
    private final DeploymentHost node;
    private final HandshakeObserver observer;

    /**
     * Longest context path first. An immutable list, so that a request sees all or nothing of a
     * change. Written under this.
     */
    private volatile List<Deployment> deployed = List.of();

    /** Its rules apply where nothing is deployed; set before the node listens. */
    private volatile @Nullable Deployment fallback;

    /** The deployment whose ChannelRule decides; null if there is none. Written under this. */
    private volatile @Nullable Deployment channelOwner;

    /**
     * Whether the channels' owner went and no new one came: the channels then stay closed, rather
     * than open to all. Written under this.
     */
    private volatile boolean ownerAway;

    public Deployments(DeploymentHost node, HandshakeObserver observer) {
        this.node = node;
        this.observer = observer;
    }

    /**
     * @throws DeploymentFailure another deployment has a rule for the channels too, or has the same
     *     context path
     */
    public void add(Deployment deployment) {
        put(deployment, null);
    }

    /**
     * Closes the sessions of {@code former} with 1012, puts {@code next} in its place, and ends the
     * beans of {@code former}. In the meantime its paths answer 503. Blocks.
     *
     * @throws DeploymentFailure as {@link #add}; {@code former} is then removed all the same
     */
    public void replace(Deployment former, Deployment next) throws InterruptedException {
        former.retire();
        try {
            node.drain(owned(former));
        } finally {
            try {
                put(next, former);
            } catch (DeploymentFailure e) {
                drop(former);
                throw e;
            } finally {
                former.close();
            }
        }
    }

    private synchronized void put(Deployment deployment, @Nullable Deployment former) {
        for (Deployment other : deployed) {
            if (other != former && other.contextPath().equals(deployment.contextPath())) {
                throw new DeploymentFailure(
                        "the context path \"" + other.contextPath() + "\" is taken");
            }
        }
        Deployment owner = channelOwner == former ? null : channelOwner;
        ChannelRule rule = deployment.channelRule();
        if (rule != null) {
            if (owner != null) {
                throw new DeploymentFailure(
                        deployment.channelRuleName()
                                + ": the node's channels have a ChannelRule, of the context path \""
                                + owner.contextPath()
                                + "\"");
            }
            channelOwner = deployment;
            ownerAway = false;
        } else if (former != null && channelOwner == former) {
            ownerAway = true;
            channelOwner = null;
        }
        deployed =
                Stream.concat(deployed.stream().filter(d -> d != former), Stream.of(deployment))
                        .sorted(Comparator.comparingInt(d -> -d.contextPath().length()))
                        .toList();
    }

    /** Sets the deployment whose rules apply where nothing is deployed. */
    public void addFallback(Deployment deployment) {
        fallback = deployment;
    }

    /** Closes its sessions with 1012, then ends its beans. Blocks until that is done. */
    public void remove(Deployment deployment) throws InterruptedException {
        deployment.retire();
        try {
            node.drain(owned(deployment));
        } finally {
            drop(deployment);
            deployment.close();
        }
    }

    private List<SessionGroup> owned(Deployment deployment) {
        SessionGroup own = deployment.sessions();
        return deployment == channelOwner
                ? List.of(own, SessionGroup.of(node.channelSessions()))
                : List.of(own);
    }

    /** Removes it from the list without ending its sessions or beans. */
    synchronized void drop(Deployment deployment) {
        deployed = deployed.stream().filter(d -> d != deployment).toList();
        if (deployment == channelOwner) {
            ownerAway = true;
            channelOwner = null;
        }
    }

    public List<SessionGroup> sessions() {
        return deployed.stream().map(Deployment::sessions).toList();
    }

    /** The rule of the current owner of the channels. */
    public ChannelRule channelRule() {
        Deployment owner = channelOwner;
        ChannelRule rule = owner == null ? null : owner.channelRule();
        if (rule != null) {
            return rule;
        }
        return ownerAway ? Nobody.RULE : ChannelRule.NONE;
    }

    @Override
    public @Nullable Route route(String path) {
        // The channels' path is reserved, even if an endpoint's template matches it.
        Route route = node.channelSessions().route(path);
        if (route != null) {
            return route;
        }
        Deployment deployment = find(path);
        return deployment == null ? null : deployment.route(path);
    }

    /**
     * Applies the rules while the node and the deployment are up, and refuses otherwise. The
     * listening sockets are closed while a node drains, but existing connections can still send
     * requests.
     */
    @Override
    public CompletionStage<UpgradeDecision> decide(UpgradeRequest request) {
        boolean channels = request.path().equals(Sessions.PATH);
        Deployment deployment = answering(request);
        if (!node.takesSessions()
                || deployment == null
                || deployment.isRetired()
                || (channels && channelOwner == null && ownerAway)) {
            String reason =
                    node.takesSessions()
                            ? "the application that decides about this path is not deployed now"
                            : "this node is stopping";
            Rejected refusal =
                    Rejected.of(503, "draining", reason).withRetryAfter(node.retries().next());
            node.logs().tell("handshakes", () -> observer.onDecided(refusal.outcome()));
            return refusal.asStage();
        }
        return deployment.handshake().decide(request);
    }

    @Override
    public boolean mayBlock(UpgradeRequest request) {
        Deployment deployment = answering(request);
        return deployment != null && deployment.handshake().mayBlock(request);
    }

    private @Nullable Deployment answering(UpgradeRequest request) {
        Deployment owner = request.path().equals(Sessions.PATH) ? channelOwner : null;
        return owner == null ? find(request.path()) : owner;
    }

    private @Nullable Deployment find(String path) {
        for (Deployment deployment : deployed) {
            if (deployment.serves(path)) {
                return deployment;
            }
        }
        return fallback;
    }

    /** Resets the remaining sessions, whose callbacks still run until the sessions have ended. */
    public void abortSessions() {
        deployed.forEach(Deployment::abortSessions);
    }

    @Override
    public void close() {
        deployed.forEach(Deployment::close);
        Deployment last = fallback;
        if (last != null) {
            last.close();
        }
    }

    /** The rule while the owner is away: it forbids everything. */
    private static final class Nobody implements ChannelRule {
        static final ChannelRule RULE = new Nobody();

        @Override
        public CompletionStage<ChannelDecision> maySubscribe(ChannelClient client, String channel) {
            return FORBIDDEN;
        }

        @Override
        public CompletionStage<ChannelDecision> mayPublish(ChannelClient client, String channel) {
            return FORBIDDEN;
        }

        @Override
        public CompletionStage<ChannelDecision> maySeePresence(
                ChannelClient client, String channel) {
            return FORBIDDEN;
        }
    }
}
