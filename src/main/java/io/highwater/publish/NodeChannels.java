package io.highwater.publish;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Draft;
import io.highwater.channel.HistoryPage;
import io.highwater.protocol.NameRules;
import io.highwater.protocol.Position;
import io.highwater.protocol.Since;
import io.highwater.wire.CloseStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The channels of a node for one application. Thread-safe. */
public final class NodeChannels implements Channels, AutoCloseable {
    /** The most messages in a page of the history (docs/protocol.md rule 12). */
    static final int MOST_MESSAGES = 1_000;

    /**
     * Begins the identity of every publisher that is no client: no client's name may contain a
     * colon, so none can have the application's messages count as repeats of its own.
     */
    private static final String APPLICATION = "app:";

    /** A publish command of a client without its strings and its data. */
    private static final int COMMAND_BYTES =
            "{\"type\":\"publish\",\"id\":2147483647,\"channel\":\"\",\"msgId\":\"\",\"key\":\"\","
                            .length()
                    + "\"secret\":false,\"data\":}".length();

    private final PublishNode node;
    private final Executor executor;
    private final Set<ServerSubscription> subscriptions = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    /**
     * @param executor calls the application's listeners, which may block
     */
    public NodeChannels(PublishNode node, Executor executor) {
        this.node = node;
        this.executor = executor;
    }

    @Override
    public CompletionStage<Published> publish(String channel, String json, PublishOptions options) {
        return publish(draft(channel, json, options));
    }

    @Override
    public List<CompletionStage<Published>> publishAll(List<PublishRequest> messages) {
        List<Draft> drafts = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            PublishRequest message = messages.get(i);
            try {
                drafts.add(draft(message.channel(), message.json(), message.options()));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("messages[" + i + "]: " + e.getMessage(), e);
            }
        }
        return publishDrafts(drafts);
    }

    /** Publishes messages that were checked by {@link #problem}, as {@link #publishAll} does. */
    public List<CompletionStage<Published>> publishDrafts(List<Draft> drafts) {
        List<CompletionStage<Published>> stages = new ArrayList<>(drafts.size());
        Map<String, String> failed = new HashMap<>(0);
        for (Draft draft : drafts) {
            String before = failed.isEmpty() ? null : failed.get(draft.channel());
            if (before != null) {
                stages.add(CompletableFuture.failedFuture(new OutOfOrderException(before)));
                continue;
            }
            CompletableFuture<Published> stage = publish(draft).toCompletableFuture();
            // What the log refuses, it refuses for all that follow. What the hub refuses, such as
            // when the fan-out is behind, it does at once, and only this one.
            if (stage.isCompletedExceptionally()) {
                failed.put(draft.channel(), draft.msgId());
            }
            stages.add(stage);
        }
        return stages;
    }

    private CompletionStage<Published> publish(Draft draft) {
        return node.hub().publish(draft).thenApply(appended -> published(draft, appended));
    }

    private static Published published(Draft draft, Appended appended) {
        Position position = appended.position();
        return new Published(
                draft.channel(),
                draft.msgId(),
                position.channelSequence() == 0 ? null : position,
                appended.level(),
                appended.duplicate());
    }

    private Draft draft(String channel, String json, PublishOptions options) {
        byte[] data = json.getBytes(StandardCharsets.UTF_8);
        String msgId = options.msgId() == null ? newMsgId() : options.msgId();
        check(problem(channel, msgId, options.key(), data.length));
        check(NameRules.data(data));
        return new Draft(
                channel,
                APPLICATION + options.publisher(),
                msgId,
                options.key(),
                options.secret(),
                data);
    }

    /** Unique, so that no two messages count as repeats. */
    public static String newMsgId() {
        return UUID.randomUUID().toString();
    }

    /**
     * What is wrong with a message, besides its data: the field and what it may be; null if
     * nothing.
     */
    public @Nullable String problem(
            String channel, String msgId, @Nullable String key, int dataBytes) {
        String problem = NameRules.channel(channel);
        problem = problem == null ? NameRules.msgId(msgId) : problem;
        problem = problem == null && key != null ? NameRules.key(key) : problem;
        if (problem != null) {
            return problem;
        }
        long bytes = (long) COMMAND_BYTES + channel.length() + msgId.length() + dataBytes;
        bytes += key == null ? 0 : key.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > node.maxMessageBytes()) {
            return "data: the message takes "
                    + bytes
                    + " bytes, and highwater.limits.max-message-bytes allows "
                    + node.maxMessageBytes();
        }
        return null;
    }

    private static void check(@Nullable String problem) {
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
    }

    @Override
    public CompletionStage<MessagePage> history(
            String channel, @Nullable Position after, int limit) {
        check(channel, limit);
        return node.hub().history(channel, after, limit, null).thenApply(NodeChannels::page);
    }

    @Override
    public CompletionStage<MessagePage> historyBefore(
            String channel, @Nullable Position before, int limit) {
        check(channel, limit);
        return node.hub().historyBefore(channel, before, limit, null).thenApply(NodeChannels::page);
    }

    @Override
    public CompletionStage<MessagePage> historyFrom(String channel, Instant instant, int limit) {
        check(channel, limit);
        return node.hub().historyFrom(channel, instant, limit, null).thenApply(NodeChannels::page);
    }

    @Override
    public ChannelSubscription subscribe(String channel, Since since, ChannelListener listener) {
        check(NameRules.channel(channel));
        AtomicReference<ServerSubscription> self = new AtomicReference<>();
        ServerSubscription subscription =
                new ServerSubscription(
                        node,
                        executor,
                        channel,
                        since,
                        listener,
                        () -> subscriptions.remove(self.get()));
        self.set(subscription);
        subscriptions.add(subscription);
        subscription.start();
        if (stopped) {
            subscription.onEnded();
        }
        return subscription;
    }

    private static void check(String channel, int limit) {
        check(NameRules.channel(channel));
        if (limit < 1 || limit > MOST_MESSAGES) {
            throw new IllegalArgumentException(
                    "limit: " + limit + " is not from 1 to " + MOST_MESSAGES);
        }
    }

    private static MessagePage page(HistoryPage page) {
        return new MessagePage(page.entries().stream().map(Message::of).toList(), page.complete());
    }

    @Override
    public CompletionStage<Subscribers> presence(String channel) {
        check(NameRules.channel(channel));
        return node.presence()
                .occupancy(channel, node.mostNames(), null)
                .thenApply(who -> new Subscribers(who.count(), who.clients()));
    }

    @Override
    public List<ClientSession> sessionsOf(String subject) {
        checkSubject(subject);
        return node.sessions().of(subject);
    }

    @Override
    public int disconnect(String subject, CloseStatus status) {
        checkSubject(subject);
        if (!CloseStatus.isTransmittable(status.code())) {
            throw new IllegalArgumentException(
                    "status: no Close frame may carry the code " + status.code());
        }
        return node.sessions().close(subject, status);
    }

    /** The application ends: its listeners are told so. */
    public void stop() {
        stopped = true;
        subscriptions.forEach(ServerSubscription::onEnded);
    }

    /** Listeners that were not told yet that their subscription has ended. */
    public int subscriptions() {
        return subscriptions.size();
    }

    /** Ends the subscriptions whose listeners have not been told. */
    @Override
    public void close() {
        stop();
        subscriptions.forEach(ServerSubscription::cancel);
    }

    /** All anonymous clients have the empty one, and are not one subject. */
    private static void checkSubject(String subject) {
        if (subject.isEmpty()) {
            throw new IllegalArgumentException("subject: is empty");
        }
    }
}
