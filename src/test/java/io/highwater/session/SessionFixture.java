package io.highwater.session;

import io.highwater.backbone.RingBounds;
import io.highwater.backbone.local.LocalBackbone;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.channel.ChannelHub;
import io.highwater.channel.ChannelObserver;
import io.highwater.channel.ChannelProfile;
import io.highwater.channel.ChannelRule;
import io.highwater.channel.ChannelSettings;
import io.highwater.channel.DeliveryBurst;
import io.highwater.channel.History;
import io.highwater.channel.HubNode;
import io.highwater.channel.OtherNodes;
import io.highwater.channel.PieceSize;
import io.highwater.channel.PrefixAudiences;
import io.highwater.channel.PrefixSettings;
import io.highwater.channel.Relay;
import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.identity.Identity;
import io.highwater.keepalive.KeepaliveObserver;
import io.highwater.keepalive.KeepaliveSettings;
import io.highwater.keepalive.PingScheduler;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.outbound.OutboundNode;
import io.highwater.outbound.OutboundObserver;
import io.highwater.outbound.OutboundSettings;
import io.highwater.outbound.OutboundTurn;
import io.highwater.outbound.OverflowPolicy;
import io.highwater.outbound.SendQueues;
import io.highwater.outbound.WaterMarks;
import io.highwater.permission.Permissions;
import io.highwater.protocol.Codec;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.Position;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import io.highwater.testing.ManualExecutor;
import io.highwater.testing.RecordingWire;
import io.highwater.testing.Stray;
import io.highwater.testing.Unbounded;
import io.highwater.time.TimerWheel;
import io.highwater.wire.Opcode;
import io.highwater.wire.WireSettings;
import io.highwater.wire.deflate.DeflateObserver;
import io.highwater.wire.deflate.DeflateSettings;
import jakarta.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A node without sockets or threads: sessions on recording wires, time moved by hand, and the
 * channels' work done when the test says so. Confined to its test.
 */
final class SessionFixture {
    private static final Codec CODEC = new Codec();

    /** How the names of channels end of which the log keeps no message. */
    static final String UNKEPT = ".unkept";

    /** Of all clients, as their handshakes say. */
    static final InetAddress ADDRESS = Ledgers.address("10.0.0.9");

    final FakeTicker ticker = new FakeTicker();
    final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    final AtomicInteger reconnects = new AtomicInteger();

    final Stray observers = new Stray();

    /** What the observer was told of subscribers under DEMOTE: how many are demoted now. */
    final AtomicInteger demoted = new AtomicInteger();

    /** How often one became so. */
    final AtomicInteger demotions = new AtomicInteger();

    final AtomicLong skipped = new AtomicLong();

    /** What the observer was told of errors; of several threads in no test. */
    final List<String> errors = new ArrayList<>();

    private final List<Client> clients = new ArrayList<>();

    final ScriptedBackbone backbone;
    final ChannelHub<OutboundTurn<Position>> hub;
    final SessionRegistry registry = new SessionRegistry();
    final Ledger ledger;
    private final ManualExecutor work = new ManualExecutor();
    private final SessionNode node;

    SessionFixture() {
        this(ChannelRule.NONE, WaterMarks.defaults());
    }

    SessionFixture(ChannelRule rule, WaterMarks marks) {
        this(rule, marks, Map.of());
    }

    /**
     * @param mostBytes of the accounts that are bounded
     */
    SessionFixture(ChannelRule rule, WaterMarks marks, Map<Account, Long> mostBytes) {
        this(rule, marks, mostBytes, List.of());
    }

    /**
     * @param shards of the hub; if there are none, {@link #run} does their work
     */
    SessionFixture(
            ChannelRule rule,
            WaterMarks marks,
            Map<Account, Long> mostBytes,
            List<Executor> shards) {
        this(channels -> new Permissions(() -> rule, channels, false), marks, mostBytes, shards);
    }

    /** A node whose clients may do what these permissions say. */
    SessionFixture(Permissions permissions) {
        this(channels -> permissions, WaterMarks.defaults(), Map.of(), List.of());
    }

    private SessionFixture(
            Function<ChannelSettings, Permissions> permissions,
            WaterMarks marks,
            Map<Account, Long> mostBytes,
            List<Executor> shards) {
        ledger = Ledgers.of(mostBytes, ticker);
        ledger.book(Account.NAMES).watch(new SubscribedSessions(registry));
        ChannelSettings channels =
                new ChannelSettings(
                        ChannelProfile.defaults(),
                        List.of(
                                new PrefixSettings(
                                        "prices",
                                        "prices.",
                                        "LATEST",
                                        2,
                                        null,
                                        null,
                                        PrefixAudiences.NONE,
                                        null),
                                new PrefixSettings(
                                        "feeds",
                                        "feeds.",
                                        "DEMOTE",
                                        null,
                                        null,
                                        null,
                                        PrefixAudiences.NONE,
                                        null),
                                told("signed."),
                                told("ephemeral:signed.")));
        backbone =
                new ScriptedBackbone(
                        new LocalBackbone(
                                new MemorySettings(
                                        2,
                                        ledger,
                                        name ->
                                                name.endsWith(UNKEPT)
                                                        ? new RingBounds(0, Duration.ofMinutes(2))
                                                        : RingBounds.defaults(),
                                        LogLimit.none()),
                                7,
                                ticker,
                                wheel));
        hub =
                new ChannelHub<>(
                        backbone,
                        History.of(backbone),
                        Relay.NONE,
                        new TurnFrames(
                                Unbounded.deflate(
                                        DeflateSettings.defaults(),
                                        1L << 30,
                                        wheel,
                                        Runnable::run,
                                        DeflateObserver.NONE),
                                channels),
                        PieceSize.of(marks.highMessages(), marks.highBytes()),
                        10 << 20,
                        new HubNode(
                                shards.isEmpty() ? List.of(work) : shards,
                                DeliveryBurst.NONE,
                                ledger.book(Account.NAMES),
                                ledger.book(Account.OUTBOUND),
                                978,
                                ticker,
                                wheel,
                                OtherNodes.NONE,
                                ChannelObserver.NONE,
                                LogLimit.none()));
        OutboundSettings queue =
                new OutboundSettings(marks, OverflowPolicy.EVICT, Duration.ofSeconds(30));
        OutboundNode outbound =
                Unbounded.outbound(
                        wheel,
                        ticker,
                        new NonEmptyQueues(),
                        OutboundObserver.NONE,
                        Duration.ofSeconds(10));
        node =
                new SessionNode(
                        "node-1",
                        new SessionSettings(
                                WireSettings.defaults(),
                                queue,
                                100,
                                200,
                                Duration.ofSeconds(10),
                                5),
                        channels,
                        hub,
                        hub,
                        permissions.apply(channels),
                        CODEC,
                        new SendQueues(queue, outbound),
                        new PingScheduler(
                                // A recording wire answers no Ping and is never read.
                                new KeepaliveSettings(
                                        Duration.ZERO,
                                        Duration.ofSeconds(10),
                                        Duration.ofDays(1),
                                        Duration.ofDays(1)),
                                Duration.ZERO,
                                wheel,
                                ticker,
                                new KeepaliveObserver() {},
                                new SplittableRandom(1),
                                LogLimit.none()),
                        25,
                        wheel,
                        ticker,
                        ledger.book(Account.NAMES),
                        new SessionObserver() {
                            @Override
                            public void onReconnect() {
                                observers.call();
                                reconnects.incrementAndGet();
                            }

                            @Override
                            public void onError(ErrorCode code) {
                                observers.call();
                                errors.add(code.name());
                            }

                            @Override
                            public void onDemoted(int change) {
                                observers.call();
                                demoted.addAndGet(change);
                                demotions.addAndGet(Math.max(0, change));
                            }

                            @Override
                            public void onSkipped(long messages) {
                                observers.call();
                                skipped.addAndGet(messages);
                            }

                            @Override
                            public void onRuleFailed() {
                                observers.call();
                                errors.add("rule");
                            }
                        },
                        LogLimit.none());
    }

    /** Channels of which subscribers hear who published. */
    private static PrefixSettings told(String prefix) {
        return new PrefixSettings(
                "told", prefix, null, null, null, null, PrefixAudiences.NONE, true);
    }

    /** Does what the channels have to do. */
    void run() {
        work.runAll();
    }

    /** Moves time; what is due fires. */
    void pass(Duration time) {
        ticker.advance(time, wheel);
    }

    /** The codes of all errors that clients were answered with. */
    List<String> errorReplies() {
        return clients.stream()
                .flatMap(client -> client.wire.messages().stream())
                .map(Transcript::parse)
                .filter(message -> message.getString("type").equals("error"))
                .map(message -> message.getString("code"))
                .toList();
    }

    /** A client that has connected and said nothing. */
    Client connect() {
        return new Client("10.0.0.9", Identity.ANONYMOUS);
    }

    /** A client that has said hello and taken the welcome. */
    Client client(String name) {
        return client(name, "10.0.0.9");
    }

    /** The same from another address. */
    Client client(String name, String address) {
        return greeted(new Client(address, Identity.ANONYMOUS), name);
    }

    /** The same of a client that a handshake rule knows. */
    Client client(String name, Identity identity) {
        return greeted(new Client("10.0.0.9", identity), name);
    }

    private static Client greeted(Client client, String name) {
        client.send("{'type':'hello','id':1,'client':'" + name + "'}");
        client.take("welcome");
        return client;
    }

    /** One session and what it was told. */
    final class Client {
        final RecordingWire wire;
        final Session session;
        private int taken;

        private Client(String address, Identity identity) {
            wire = new RecordingWire(Ledgers.payer(ledger, address));
            clients.add(this);
            session =
                    new Session(
                            node,
                            registry,
                            wire,
                            new Request(),
                            UpgradeDecision.Accepted.of(ADDRESS)
                                    .withSubprotocol(Sessions.SUBPROTOCOL)
                                    .withIdentity(identity));
            session.onOpen();
        }

        /** Sends a text message, with ' for ", and does the channels' work. */
        void send(String message) {
            sendRaw(message.replace('\'', '"'));
        }

        void sendRaw(String message) {
            sendAhead(message);
            run();
        }

        /** The same where the channels have not come to it yet. */
        void sendAhead(String message) {
            ByteBuffer bytes = ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8));
            session.onFragment(Opcode.TEXT, bytes, true);
        }

        /** The next message that was sent to it, of this type. */
        JsonObject take(String type) {
            List<String> messages = wire.messages();
            if (taken >= messages.size()) {
                throw new AssertionError("nothing came, expected " + type);
            }
            JsonObject next = Transcript.parse(messages.get(taken));
            taken++;
            if (!next.getString("type").equals(type)) {
                throw new AssertionError("expected " + type + ": " + next);
            }
            return next;
        }

        /** The answer to a command, wherever it is among what came; takes nothing. */
        JsonObject answerTo(int id) {
            return wire.messages().stream()
                    .map(Transcript::parse)
                    .filter(message -> message.getInt("id", 0) == id)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no answer to " + id));
        }

        /** The code of the error that came next. */
        String takeError() {
            return take("error").getString("code");
        }

        /** Messages that were not taken. */
        int left() {
            return wire.messages().size() - taken;
        }

        /** The transport took all; the session is told. */
        void read() {
            wire.takes(() -> true);
            if (wire.empty()) {
                session.onWritable();
            }
        }

        void publish(int id, String channel, String msgId) {
            send(
                    "{'type':'publish','id':"
                            + id
                            + ",'channel':'"
                            + channel
                            + "','msgId':'"
                            + msgId
                            + "','data':"
                            + id
                            + "}");
        }
    }

    private static final class Request implements UpgradeRequest {
        @Override
        public Kind kind() {
            return Kind.UPGRADE;
        }

        @Override
        public String path() {
            return Sessions.PATH;
        }

        @Override
        public @Nullable String query() {
            return null;
        }

        @Override
        public List<String> headers(String name) {
            return List.of();
        }

        @Override
        public Set<String> headerNames() {
            return Set.of();
        }

        @Override
        public String scheme() {
            return "http";
        }

        @Override
        public String authority() {
            return "localhost";
        }

        @Override
        public InetSocketAddress peer() {
            return new InetSocketAddress("127.0.0.1", 1);
        }

        @Override
        public Optional<RoutePolicy> route() {
            return Optional.empty();
        }

        @Override
        public ConnectionScope connection() {
            throw new UnsupportedOperationException();
        }
    }
}
