package io.highwater.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.backbone.PublisherName;
import io.highwater.channel.ChannelClient;
import io.highwater.channel.ChannelHub;
import io.highwater.channel.Missed;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.identity.Identity;
import io.highwater.keepalive.Keepalive;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.outbound.OutboundTurn;
import io.highwater.outbound.SendQueue;
import io.highwater.outbound.SendQueueListener;
import io.highwater.outbound.WaterMarks;
import io.highwater.permission.Grants;
import io.highwater.permission.PermittedClient;
import io.highwater.protocol.BadRequest;
import io.highwater.protocol.Command;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Decoded;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.Position;
import io.highwater.protocol.Reply;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.GatheredBytes;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Wire;
import io.highwater.wire.WireListener;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One client of highwater.v1: holds its parts and forwards between them.
 *
 * <p>Wire events and commands come one at a time on the session's executor. Whatever is not
 * declared as confined to that run is thread-safe: the channels answer on their shards' threads.
 */
final class Session extends CommandFlow
        implements WireListener, SendQueueListener, PermittedClient {
    private static final CloseStatus NO_HELLO = new CloseStatus(CloseStatus.POLICY, "no hello");
    private static final CloseStatus BAD_REQUESTS =
            new CloseStatus(CloseStatus.POLICY, "too many bad requests");
    private static final CloseStatus NO_BINARY =
            new CloseStatus(CloseStatus.UNSUPPORTED_DATA, "text messages only");
    private static final CloseStatus OVERTAKEN =
            new CloseStatus(CloseStatus.TRY_AGAIN_LATER, "slow consumer");
    private static final CloseStatus NO_NAMES =
            new CloseStatus(CloseStatus.TRY_AGAIN_LATER, "no memory for subscriptions");
    private static final CloseStatus TOO_MANY_COMMANDS =
            new CloseStatus(CloseStatus.TOO_MANY_COMMANDS, "too many commands");

    /** How long the peer may take to read the Close frame after a fault of ours. */
    private static final Duration FAULT_LINGER = Duration.ofSeconds(2);

    /** How long the log is left alone if it could not be read. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** No limit of its own: the wire limits the size of messages. */
    private static final int MOST_GATHERED_BYTES = Integer.MAX_VALUE - 8;

    private final SessionNode node;
    private final SessionRegistry registry;
    private final Wire wire;
    private final SendQueue queue;
    private final CommandRate rate;
    private final Keepalive keepalive;
    private final Subscriptions subscriptions = new Subscriptions();
    private final long id = ThreadLocalRandom.current().nextLong();

    /** Guarded by the registry, like the one below. */
    @Nullable Session older;

    @Nullable Session newer;

    /** Moved by the session's run and the timers. */
    @GuardedBy("this")
    private SessionState state = SessionState.GREETING;

    /** The name the client gave itself; empty until the hello, which must come first. */
    private volatile String client = "";

    /** The client's address, as the handshake saw it; the transport has it, too. */
    private final InetAddress address;

    private final Identity identity;

    /** What the identity says about channels. */
    private final Grants grants;

    /**
     * Null from the hello on. This field and those below are confined to the session's run, or to a
     * command that continues after its rule's answer, during which no other command is read.
     */
    private @Nullable HelloDeadline helloDeadline;

    /** Null until something is published. */
    private @Nullable PublishOrder publishes;

    /** Who publishes, as the log calls it; null until something is published. */
    private @Nullable String publisher;

    /** Null until the first bad request. */
    private @Nullable BadRequests badRequests;

    /** The fragments of a message that is not complete yet. */
    private @Nullable GatheredBytes fragments;

    Session(
            SessionNode node,
            SessionRegistry registry,
            Wire wire,
            UpgradeRequest request,
            UpgradeDecision.Accepted decision) {
        this.node = node;
        this.registry = registry;
        this.wire = wire;
        this.queue = node.queues().open(wire, this);
        this.rate = new CommandRate(node.ticker().nanoTime());
        this.address = decision.clientAddress();
        this.identity = decision.identity();
        this.grants = Grants.of(identity);
        this.keepalive =
                node.pings()
                        .keepalive(
                                wire,
                                request.isMultiplexed()
                                        ? request.connection()
                                                .computeIfAbsent(PingGroup.class, PingGroup::new)
                                        : wire);
    }

    /** One for all sessions of an HTTP/2 connection, which are pinged together. */
    private static final class PingGroup {}

    // The wire's events.

    @Override
    public void onOpen() {
        registry.add(this);
        keepalive.start();
        HelloDeadline deadline = new HelloDeadline(this);
        helloDeadline = deadline;
        long timeoutNanos = node.settings().helloTimeout().toNanos();
        node.wheel().schedule(deadline, node.ticker().nanoTime() + timeoutNanos);
        wire.demand();
    }

    @Override
    public void onFragment(Opcode opcode, ByteBuffer payload, boolean last) {
        if (opcode == Opcode.BINARY) {
            end(NO_BINARY);
            return;
        }
        GatheredBytes gathered = fragments;
        if (last && gathered == null) {
            onMessage(bytes(payload));
        } else {
            if (gathered == null) {
                fragments = gathered = new GatheredBytes(MOST_GATHERED_BYTES);
            }
            gathered.append(payload);
            if (last) {
                fragments = null;
                onMessage(bytes(gathered.bytes()));
            }
        }
        demand();
    }

    private static byte[] bytes(ByteBuffer message) {
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        return bytes;
    }

    @Override
    public long keptBytes() {
        GatheredBytes gathered = fragments;
        return gathered == null ? 0 : gathered.capacity();
    }

    @Override
    public boolean settlePing(ByteBuffer payload) {
        return keepalive.onPong(payload);
    }

    @Override
    public void onWritable() {
        queue.onWritable();
    }

    @Override
    public void onClosed(CloseStatus status) {
        boolean leaves;
        synchronized (this) {
            state = state.to(SessionState.CLOSED);
            leaves = !isGoingOn();
        }
        int unsent = queue.queuedMessages();
        try {
            queue.onClosed();
        } finally {
            fragments = null;
            keepalive.stop();
            cancelHelloDeadline();
            registry.remove(this);
            if (leaves) {
                leaveChannels();
            }
        }
        SessionLog.closed(this, status, unsent);
    }

    @Override
    void leaveChannels() {
        if (publishes != null) {
            publishes.close();
        }
        leaveSubscriptions();
    }

    private boolean leaveSubscriptions() {
        Collection<Subscription> left = subscriptions.takeAll(node.names(), payer());
        for (Subscription subscription : left) {
            subscription.stop();
            var unused = node.hub().unsubscribe(subscription.channel(), subscription);
        }
        return !left.isEmpty();
    }

    /** The account of names is full: gives the subscriptions back. False if there is none. */
    boolean endForNames() {
        boolean left = leaveSubscriptions();
        if (left) {
            end(NO_NAMES);
        }
        return left;
    }

    /** For operators: the id that clients and the log use, and the client's own name. */
    @Override
    public String clientId() {
        return idText() + " " + client;
    }

    void onHelloMissed() {
        end(NO_HELLO);
    }

    private void cancelHelloDeadline() {
        if (helloDeadline != null) {
            node.wheel().cancel(helloDeadline);
            helloDeadline = null;
        }
    }

    /** Starts the closing handshake after the queued frames; drops commands from now on. */
    private void end(CloseStatus status) {
        synchronized (this) {
            if (!state.takesCommands()) {
                return;
            }
            state = state.to(SessionState.CLOSING);
        }
        queue.close(status);
    }

    /** The node drains: the client is told when to come back and where not to, then closed. */
    void drain(OutboundFrame notice, CloseStatus status) {
        queue.offer(notice);
        end(status);
    }

    // Commands.

    @Override
    synchronized SessionState state() {
        return state;
    }

    private void onMessage(byte[] message) {
        if (!state().takesCommands()) {
            return;
        }
        long nowNanos = node.ticker().nanoTime();
        CommandRate.Verdict verdict = rate.take(node.settings(), nowNanos);
        if (verdict == CommandRate.Verdict.FLOOD) {
            end(TOO_MANY_COMMANDS);
            return;
        }
        Decoded decoded = node.codec().decode(message);
        if (decoded instanceof BadRequest bad) {
            refuse(bad.id(), bad.message());
        } else if (decoded instanceof Command command) {
            onCommand(command, verdict);
        }
    }

    private void onCommand(Command command, CommandRate.Verdict verdict) {
        if (verdict == CommandRate.Verdict.LIMITED) {
            new Commands(this, node).rateLimited(command);
        } else if (state() == SessionState.GREETING && !(command instanceof Command.Hello)) {
            refuse(command.id(), "type: hello comes first");
        } else {
            command.dispatch(new Commands(this, node));
        }
    }

    /** Answers BAD_REQUEST; too many of them end the session. */
    void refuse(@Nullable Integer commandId, String message) {
        replyError(commandId, ErrorCode.BAD_REQUEST, message);
        BadRequests counted = badRequests;
        if (counted == null) {
            badRequests = counted = new BadRequests();
        }
        if (counted.add(node.ticker().nanoTime())) {
            end(BAD_REQUESTS);
        }
    }

    /** See {@link ChannelHub#after}. */
    CompletionStage<Missed<OutboundTurn<Position>>> after(
            String channel, Cursor after, @Nullable Cursor until) {
        return node.hub().after(channel, after, until);
    }

    /** See {@link ChannelHub#fromOldest}. */
    CompletionStage<Missed<OutboundTurn<Position>>> fromOldest(String channel, Cursor after) {
        return node.hub().fromOldest(channel, after);
    }

    /** Runs it after a moment, on a thread that must not wait. */
    void later(Runnable retry) {
        node.wheel().schedule(new Retry(retry), node.ticker().nanoTime() + RETRY_AFTER.toNanos());
    }

    /** A subscriber is demoted (1), or no longer (-1). */
    void onDemoted(int change) {
        node.tell(observer -> observer.onDemoted(change));
    }

    /** Messages were skipped for a demoted subscriber: the log no longer has them. */
    void onSkipped(long messages) {
        node.tell(observer -> observer.onSkipped(messages));
    }

    /**
     * The log has trimmed part of what a subscriber missed and should have received in full,
     * because it reads more slowly than others publish. The client is told so, and comes back with
     * its cursor.
     */
    void onOvertaken() {
        end(OVERTAKEN);
    }

    /** Returns false if there was a hello before. */
    boolean greet(Command.Hello hello) {
        synchronized (this) {
            if (state != SessionState.GREETING) {
                return false;
            }
            state = state.to(SessionState.OPEN);
        }
        cancelHelloDeadline();
        client = hello.client();
        String problem = grants.problem();
        if (problem != null) {
            SessionLog.claimRefused(this, problem);
        }
        return true;
    }

    @Override
    void onUnanswered(Throwable cause) {
        giveUp();
        SessionLog.channelsFailed(this, cause);
    }

    private void giveUp() {
        synchronized (this) {
            if (state == SessionState.CLOSED) {
                return;
            }
            state = SessionState.CLOSING;
        }
        queue.fail(CloseStatus.of(CloseStatus.INTERNAL_ERROR), FAULT_LINGER);
    }

    /**
     * A client that keeps publishing to other channels after a thousand failures ignores answers.
     */
    void tooManyFailures() {
        end(TOO_MANY_COMMANDS);
    }

    void reply(Reply reply) {
        queue.offer(OutboundFrame.text(reply.json()));
    }

    void replyError(@Nullable Integer commandId, ErrorCode code, String message) {
        node.tell(observer -> observer.onError(code));
        reply(new Reply.Failed(commandId, code, message));
    }

    /** An error after which the same command may be sent again. */
    void replyError(
            @Nullable Integer commandId, ErrorCode code, String message, long retryAfterMillis) {
        node.tell(observer -> observer.onError(code));
        reply(new Reply.Failed(commandId, code, message, retryAfterMillis, null));
    }

    /** A publish behind one that failed. */
    void replyOutOfOrder(Integer commandId, String failedMsgId) {
        node.tell(observer -> observer.onError(ErrorCode.OUT_OF_ORDER));
        reply(Reply.Failed.outOfOrder(commandId, failedMsgId));
    }

    /** The answer to {@code history}. */
    void reply(OutboundFrame history) {
        queue.offer(history);
    }

    // The session's parts, for the classes that carry out commands.

    String client() {
        return client;
    }

    Identity identity() {
        return identity;
    }

    /** The session as other packages see it. */
    OpenSession open() {
        return new OpenSession(idText(), client, identity, this::end);
    }

    /** The client, for the channel rule. */
    @Override
    public ChannelClient who() {
        return new ChannelClient(client, identity, address);
    }

    @Override
    public String subject() {
        return identity.subject();
    }

    @Override
    public Grants grants() {
        return grants;
    }

    LogLimit logs() {
        return node.logs();
    }

    /** Returns the line, or a line that is dropped if its address has already caused many. */
    LoggingEventBuilder limit(LoggingEventBuilder line, String kind) {
        return logs().limit(line, kind, address.getHostAddress());
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    /** Removes a subscription that does not exist in the channel. */
    void drop(Subscription subscription) {
        subscriptions.remove(subscription, node.names(), payer());
    }

    Payer payer() {
        return wire.payer();
    }

    /** Milliseconds until the next command is allowed. */
    long retryAfterMillis() {
        return rate.retryAfterMillis(node.settings(), node.ticker().nanoTime());
    }

    /** Who publishes, as the log calls it. */
    String publisher() {
        String made = publisher;
        if (made == null) {
            publisher =
                    made =
                            identity.isAnonymous()
                                    ? client
                                    : PublisherName.ofSubject(identity.subject());
        }
        return made;
    }

    PublishOrder publishes() {
        PublishOrder made = publishes;
        if (made == null) {
            Commands commands = new Commands(this, node);
            publishes = made = new PublishOrder(commands::append, commands, node.names(), payer());
        }
        return made;
    }

    @Override
    Wire wire() {
        return wire;
    }

    @Override
    SendQueue queue() {
        return queue;
    }

    WaterMarks marks() {
        return node.settings().outbound().marks();
    }

    /** The id as clients and logs know it. */
    String idText() {
        return Long.toHexString(id);
    }
}
