package io.highwater.cluster;

import io.highwater.backbone.Draft;
import io.highwater.channel.ChannelHub;
import io.highwater.channel.Members;
import io.highwater.channel.Occupancy;
import io.highwater.channel.OtherNodes;
import io.highwater.channel.OtherNodesListener;
import io.highwater.channel.Presence;
import io.highwater.channel.Relay;
import io.highwater.limits.Payer;
import io.highwater.time.Timer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * This node among the nodes that share a {@link Bus}: which others there are, what is published in
 * ephemeral channels, and who is in a channel. Thread-safe; no method blocks.
 */
public final class Cluster implements Relay, OtherNodes, Presence {
    // The bus may lose messages. The messages from one node to another are numbered. If a number is
    // missing, both tell each other again what they watch, and then who is there: the hub works out
    // what has changed. Nodes send each other something every few seconds, so that the last message
    // is missed, too, and so is a node.
    //
    // Whoever wants to know who is in a channel asks for it (Watch), so a channel that nobody
    // watches costs nothing, and Redis keeps nothing of any.

    private static final Duration TICK = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final Bus bus;
    private final ClusterNode node;
    private final Serial tasks;
    private final Outbox all;
    private final Questions questions;
    private final Ticks ticks = new Ticks();
    private final Received received = new Received();

    /** Tells this node's messages from those of others; new with each start. */
    private final long id = new SecureRandom().nextLong();

    /** Set by {@link #start}, before anything comes. */
    private volatile @Nullable Hub hub;

    // The fields below are confined to the tasks.

    private final Peers peers;

    /** Channels of which this node wants to know who is there on others. */
    private final Set<String> watched = new HashSet<>();

    private long beatNanos;

    /** When a message of this node came back last. */
    private long heardSelfNanos;

    private boolean closed;

    private record Hub(Consumer<Draft> publications, OtherNodesListener presence, Presence local) {}

    public Cluster(Bus bus, ClusterNode node) {
        this.bus = bus;
        this.node = node;
        this.tasks = new Serial(node.logs());
        this.all = outbox(false, bus::send);
        this.questions = new Questions(node.names());
        this.peers =
                new Peers(
                        node,
                        other -> outbox(true, message -> bus.sendTo(other, message)),
                        new Neighbours());
    }

    private Outbox outbox(boolean toOne, Function<byte[], CompletionStage<@Nullable Void>> way) {
        return new Outbox(toOne, id, way, node.rings(), node.observer(), node.logs());
    }

    /**
     * Called once, before anything else. Completes when this node receives what others send.
     *
     * @param own is told what other nodes say
     */
    public CompletionStage<@Nullable Void> start(ChannelHub<?> own) {
        return start(new Hub(own::relayed, own, own));
    }

    CompletionStage<@Nullable Void> start(
            Consumer<Draft> publications, OtherNodesListener presence, Presence local) {
        return start(new Hub(publications, presence, local));
    }

    private CompletionStage<@Nullable Void> start(Hub own) {
        hub = own;
        return bus.start(id, this::receive)
                .thenApply(
                        started -> {
                            tasks.execute(this::begin);
                            return null;
                        });
    }

    private Hub hub() {
        Hub own = hub;
        if (own == null) {
            throw new IllegalStateException("the cluster has not started");
        }
        return own;
    }

    // What the hub has to say.

    @Override
    public void send(Draft draft) {
        if (!peers.known().isEmpty()) {
            all.offer(new Item.Published(draft));
        }
    }

    @Override
    public Set<Long> known() {
        return peers.known();
    }

    @Override
    public void watch(String channel) {
        tasks.execute(
                () -> {
                    watched.add(channel);
                    peers.all().forEach(peer -> peer.outbox.offer(new Item.Watch(channel)));
                });
    }

    @Override
    public void watchAgain(long to, String channel) {
        tell(to, new Item.Watch(channel));
    }

    @Override
    public void unwatch(String channel) {
        tasks.execute(
                () -> {
                    watched.remove(channel);
                    peers.all().forEach(peer -> peer.outbox.offer(new Item.Unwatch(channel)));
                });
    }

    @Override
    public void tellAll(long to, String channel, Members members) {
        tell(to, new Item.All(channel, members));
    }

    @Override
    public void tellChange(
            Set<Long> nodes, String channel, int count, Members joined, Members left) {
        Item change = new Item.Change(channel, count, joined, left);
        nodes.forEach(to -> tell(to, change));
    }

    private void tell(long to, Item item) {
        tasks.execute(
                () -> {
                    Peer peer = peers.get(to);
                    if (peer != null) {
                        peer.outbox.offer(item);
                    }
                });
    }

    /** Asks all nodes. Fails if one of them that seems to be there does not answer. */
    @Override
    public CompletionStage<Occupancy> occupancy(
            String channel, int maxClients, @Nullable Payer payer) {
        CompletionStage<Occupancy> here = hub().local.occupancy(channel, maxClients, payer);
        if (peers.known().isEmpty()) {
            return here;
        }
        CompletableFuture<Occupancy> answer = new CompletableFuture<>();
        tasks.execute(() -> ask(channel, maxClients, payer, here, answer));
        return answer;
    }

    private void ask(
            String channel,
            int mostNames,
            @Nullable Payer payer,
            CompletionStage<Occupancy> here,
            CompletableFuture<Occupancy> answer) {
        Set<Long> nodes = new HashSet<>(peers.known());
        nodes.add(id);
        long question = questions.ask(nodes, mostNames, payer, answer, now());
        if (question == 0) {
            return;
        }
        for (Peer peer : peers.all()) {
            peer.outbox.offer(new Item.Question(question, channel, mostNames));
        }
        here.whenComplete(
                (occupancy, failure) -> {
                    if (failure != null) {
                        answer.completeExceptionally(failure);
                    } else {
                        tasks.execute(() -> questions.answered(question, id, occupancy));
                    }
                });
    }

    // What other nodes say.

    private void receive(byte[] message) {
        Batch batch = Batch.read(message);
        if (batch == null) {
            node.logs().tell("cluster", node.observer()::onUnreadable);
        } else {
            tasks.execute(() -> receive(batch));
        }
    }

    private void receive(Batch batch) {
        if (closed) {
            return;
        } else if (batch.sender() == id) {
            heardSelfNanos = now();
            return;
        }
        Peer peer = peers.heard(batch.sender(), now());
        if (peer == null) {
            return;
        }
        if (batch.toOne() && !peer.follows(batch.number())) {
            peer.missed = true;
        }
        node.logs().tell("cluster", () -> node.observer().onReceived(batch.items().size()));
        for (Item item : batch.items()) {
            handOver(peer, item);
        }
    }

    private void handOver(Peer from, Item item) {
        try {
            item.handOver(from, received);
        } catch (RuntimeException | Error e) {
            node.logs().say(LOG, Level.ERROR, "cluster_item_failed", e);
        }
    }

    /** Confined to the tasks. */
    private final class Received implements ItemListener {
        @Override
        public void onPublished(Draft draft) {
            hub().publications.accept(draft);
        }

        @Override
        public void onWatch(Peer from, String channel) {
            hub().presence.onObserved(from.id, channel);
        }

        @Override
        public void onUnwatch(Peer from, String channel) {
            hub().presence.onUnobserved(from.id, channel);
        }

        @Override
        public void onAll(Peer from, String channel, Members members) {
            if (isWatched(from, channel)) {
                hub().presence.onAll(from.id, channel, members);
            }
        }

        @Override
        public void onChange(Peer from, Item.Change change) {
            if (isWatched(from, change.channel())) {
                hub().presence
                        .onChange(
                                from.id,
                                change.channel(),
                                change.count(),
                                change.joined(),
                                change.left());
            }
        }

        /** If not, the other node has not heard that. */
        private boolean isWatched(Peer from, String channel) {
            boolean isWatched = watched.contains(channel);
            if (!isWatched) {
                from.outbox.offer(new Item.Unwatch(channel));
            }
            return isWatched;
        }

        @Override
        public void onResync(Peer from) {
            watchAll(from);
        }

        @Override
        public void onQuestion(Peer from, Item.Question question) {
            hub().local
                    .occupancy(question.channel(), question.mostNames(), null)
                    .whenComplete(
                            (occupancy, failure) -> {
                                if (occupancy != null) {
                                    from.outbox.offer(new Item.Answer(question.id(), occupancy));
                                }
                            });
        }

        @Override
        public void onAnswer(Peer from, long question, Occupancy occupancy) {
            questions.answered(question, from.id, occupancy);
        }

        @Override
        public void onBye(Peer from) {
            peers.ended(from);
        }
    }

    private void watchAll(Peer peer) {
        watched.forEach(channel -> peer.outbox.offer(new Item.Watch(channel)));
    }

    private final class Neighbours implements Peers.Listener {
        @Override
        public void onFound(Peer peer) {
            peer.outbox.offer(new Item.Resync());
            watchAll(peer);
        }

        @Override
        public void onGone(Peer peer) {
            hub().presence.onGone(peer.id);
            questions.gone(peer.id);
        }
    }

    /** Something that the other node sent to this one is lost. At most once per tick. */
    private void resync(Peer peer) {
        peer.missed = false;
        node.logs().tell("cluster", node.observer()::onResync);
        hub().presence.onUnobservedAll(peer.id);
        peer.outbox.offer(new Item.Resync());
        watchAll(peer);
    }

    // Time.

    private long now() {
        return node.ticker().nanoTime();
    }

    private void begin() {
        heardSelfNanos = now();
        beatNanos = now() - Peers.BEAT.toNanos();
        tick();
    }

    /** Fires on the timers' thread. */
    private final class Ticks extends Timer {
        @Override
        protected void onDeadline(long nowNanos) {
            tasks.execute(Cluster.this::tick);
        }
    }

    private void tick() {
        if (closed) {
            return;
        }
        long now = now();
        node.wheel().schedule(ticks, now + TICK.toNanos());
        if (now - beatNanos >= Peers.BEAT.toNanos()) {
            beatNanos = now;
            all.beat();
            peers.all().forEach(peer -> peer.outbox.beat());
        }
        if (peers.isSilent(heardSelfNanos, now, Peers.GONE)) {
            heardSelfNanos = now;
            bus.renew();
        }
        peers.expire(now);
        for (Peer peer : peers.all()) {
            if (peer.missed) {
                resync(peer);
            }
        }
        questions.expire(now, other -> peers.isSilent(other, now));
    }

    /** Tells the others that this node ends. Completes when that is sent, or cannot be. */
    public CompletionStage<@Nullable Void> close() {
        CompletableFuture<@Nullable Void> told = new CompletableFuture<>();
        tasks.execute(
                () -> {
                    closed = true;
                    node.wheel().cancel(ticks);
                    peers.all().forEach(peer -> peer.outbox.close());
                    all.close();
                    byte[] bye = Batch.message(false, id, 0, List.of(Batch.bytes(new Item.Bye())));
                    bus.send(bye).whenComplete((sent, failure) -> told.complete(null));
                });
        return told;
    }
}
