package io.highwater.session;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Draft;
import io.highwater.backbone.UnavailableException;
import io.highwater.channel.ChannelAccess;
import io.highwater.channel.ChannelProfile;
import io.highwater.channel.Ephemeral;
import io.highwater.channel.HistoryPage;
import io.highwater.channel.Occupancy;
import io.highwater.channel.SubscribeOutcome;
import io.highwater.limits.Payer;
import io.highwater.protocol.Command;
import io.highwater.protocol.CommandDispatcher;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.HistoryText;
import io.highwater.protocol.Position;
import io.highwater.protocol.Reply;
import io.highwater.protocol.Since;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the commands of one session: asks whether it may, asks the channels, answers. Created
 * for each command, so that an idle session takes no memory for it. Called on the session's run;
 * the answers come on the channels' threads.
 */
final class Commands implements CommandDispatcher, PublishOrder.Answers {
    /** Used if a subscribe sets no limit (docs/protocol.md rule 3). */
    private static final int MAX_RECOVERED = 1_000;

    /** Used if the failure names no time of its own. */
    private static final long RETRY_AFTER_MILLIS = 1_000;

    private static final UnavailableException NO_ROOM =
            new UnavailableException(
                    "there is no room for another subscription",
                    Duration.ofMillis(RETRY_AFTER_MILLIS));

    private final Session session;
    private final SessionNode node;

    Commands(Session session, SessionNode node) {
        this.session = session;
        this.node = node;
    }

    @Override
    public void onHello(Command.Hello hello) {
        if (!session.greet(hello)) {
            session.refuse(hello.id(), "type: hello comes once");
            return;
        }
        if (hello.isReconnect()) {
            node.tell(SessionObserver::onReconnect);
        }
        session.reply(
                new Reply.Welcome(
                        hello.id(),
                        session.idText(),
                        node.name(),
                        node.pingSeconds(),
                        Reply.Reconnect.defaults(),
                        node.settings().wire().maxMessageBytes()));
    }

    @Override
    public void onSubscribe(Command.Subscribe subscribe) {
        ifAllowed(
                subscribe,
                () ->
                        node.permissions()
                                .maySubscribe(
                                        session, subscribe.channel(), subscribe.watchesPresence()),
                () -> subscribe(subscribe));
    }

    private CompletionStage<Boolean> may(ChannelAccess access, String channel) {
        return node.permissions().may(access, session, channel);
    }

    private void subscribe(Command.Subscribe subscribe) {
        String channel = subscribe.channel();
        int most = node.settings().maxSubscriptions();
        Subscriptions subscriptions = session.subscriptions();
        if (subscriptions.size() >= most && !subscriptions.has(channel)) {
            String message = "channel: there are " + most + " subscriptions already";
            session.replyError(subscribe.id(), ErrorCode.LIMIT_EXCEEDED, message);
            return;
        }
        if (!subscriptions.has(channel)
                && !node.names().admits(session.payer(), subscriptions.bytesOfNext(channel))) {
            // Not LIMIT_EXCEEDED: it is no limit of the connection, and others may make room.
            node.names().settleFull(session.payer());
            unavailable(session, subscribe.id(), NO_ROOM);
            return;
        }
        ChannelProfile profile = node.channels().forChannel(channel);
        Subscription subscription =
                subscribe.watchesPresence()
                        ? Subscription.watching(session, channel, profile)
                        : Subscription.of(session, channel, profile);
        Subscription replaced = subscriptions.put(subscription, node.names(), session.payer());
        if (replaced != null) {
            replaced.stop();
            node.hub()
                    .unsubscribe(channel, replaced)
                    .whenComplete((was, failure) -> replaced.stop());
        }
        session.started();
        Since since = subscribe.since() == null ? new Since.Live() : subscribe.since();
        int limit = subscribe.limit() == null ? MAX_RECOVERED : subscribe.limit();
        node.hub().subscribe(channel, subscription, since, limit, subscribe.id());
    }

    /** Sends the answer to a subscribe, before any turn of the subscription. */
    static void onSubscribed(Session session, Subscription subscription, SubscribeOutcome outcome) {
        session.answer(() -> answer(session, subscription, outcome));
    }

    private static void answer(
            Session session, Subscription subscription, SubscribeOutcome outcome) {
        if (outcome instanceof SubscribeOutcome.Recovered recovered) {
            session.reply(Replies.subscribed(recovered));
        } else if (outcome instanceof SubscribeOutcome.NotRecovered notRecovered) {
            session.reply(Replies.subscribed(notRecovered));
        } else if (outcome instanceof SubscribeOutcome.Unkept unkept) {
            session.reply(Replies.subscribed(unkept));
        } else if (outcome instanceof SubscribeOutcome.Failed failed) {
            session.drop(subscription);
            unavailable(session, outcome.requestId(), failed.cause());
        }
    }

    @Override
    public void onUnsubscribe(Command.Unsubscribe unsubscribe) {
        String channel = unsubscribe.channel();
        Integer id = unsubscribe.id();
        Subscription subscription =
                session.subscriptions().remove(channel, node.names(), session.payer());
        if (subscription == null) {
            notSubscribed(id);
            return;
        }
        subscription.stop();
        session.started();
        node.hub()
                .unsubscribe(channel, subscription)
                .whenComplete(
                        (was, failure) ->
                                session.answer(
                                        () -> {
                                            subscription.stop();
                                            answerUnsubscribe(id, channel, was);
                                        }));
    }

    private void answerUnsubscribe(@Nullable Integer id, String channel, @Nullable Boolean was) {
        if (was == null || !was) {
            notSubscribed(id);
        } else if (id != null) {
            session.reply(new Reply.Unsubscribed(id, channel));
        }
    }

    private void notSubscribed(@Nullable Integer id) {
        String message = "channel: there is no subscription";
        session.replyError(id, ErrorCode.NOT_SUBSCRIBED, message);
    }

    @Override
    public void onPublish(Command.Publish publish) {
        String problem = publish.problem();
        if (problem != null) {
            session.refuse(publish.id(), problem);
            return;
        }
        ifAllowed(
                publish,
                () -> may(ChannelAccess.PUBLISH, publish.channel()),
                () -> publish(publish));
    }

    private void publish(Command.Publish publish) {
        session.started();
        if (Ephemeral.isEphemeral(publish.channel())) {
            publishEphemeral(publish);
            return;
        }
        PublishOrder publishes = session.publishes();
        publishes.publish(publish);
        checkFailures(publishes);
    }

    /** Nobody waits for what got lost: a failure holds up nothing. */
    private void publishEphemeral(Command.Publish publish) {
        append(publish)
                .whenComplete(
                        (appended, failure) -> {
                            if (appended != null) {
                                onPublished(publish, appended);
                            } else {
                                onFailed(publish, failure);
                            }
                        });
    }

    /**
     * Nobody looks for repeats in an ephemeral channel: other nodes need the subject only if they
     * tell it.
     */
    private String publisher(String channel) {
        return Ephemeral.isEphemeral(channel) && !node.channels().tellsPublisher(channel)
                ? session.client()
                : session.publisher();
    }

    CompletionStage<Appended> append(Command.Publish publish) {
        return node.hub()
                .publish(
                        new Draft(
                                publish.channel(),
                                publisher(publish.channel()),
                                publish.msgId(),
                                publish.key(),
                                publish.isSecret(),
                                publish.data(),
                                session.payer(),
                                publish.positionAfter()));
    }

    @Override
    public void onPublished(Command.Publish publish, Appended appended) {
        session.answer(() -> session.reply(Replies.published(publish, appended)));
    }

    @Override
    public void onFailed(Command.Publish publish, Throwable cause) {
        session.answer(() -> unavailable(session, publish.id(), cause));
    }

    @Override
    public void onOutOfOrder(Command.Publish publish, String failedMsgId) {
        session.answer(() -> session.replyOutOfOrder(publish.id(), failedMsgId));
    }

    @Override
    public void onRateLimited(Command.Publish publish, long retryAfterMillis) {
        session.answer(() -> rateLimited(publish.id(), retryAfterMillis));
    }

    /** Answers a command that came too fast. */
    void rateLimited(Command command) {
        if (command instanceof Command.Publish publish
                && !Ephemeral.isEphemeral(publish.channel())) {
            session.started();
            PublishOrder publishes = session.publishes();
            publishes.publishTooFast(publish, session.retryAfterMillis());
            checkFailures(publishes);
        } else {
            rateLimited(command.id(), session.retryAfterMillis());
        }
    }

    private void rateLimited(@Nullable Integer id, long retryAfterMillis) {
        String message = "too many commands";
        session.replyError(id, ErrorCode.RATE_LIMITED, message, retryAfterMillis);
    }

    private void checkFailures(PublishOrder publishes) {
        if (publishes.isOverfull()) {
            session.tooManyFailures();
        }
    }

    @Override
    public void onHistory(Command.HistoryQuery query) {
        String problem = query.problem();
        if (problem != null) {
            session.refuse(query.id(), problem);
            return;
        }
        ifAllowed(query, () -> may(ChannelAccess.HISTORY, query.channel()), () -> history(query));
    }

    private void history(Command.HistoryQuery query) {
        session.started();
        int limit =
                query.limit() == null
                        ? HistoryText.MAX_MESSAGES
                        : Math.min(query.limit(), HistoryText.MAX_MESSAGES);
        history(query, limit)
                .whenComplete(
                        (page, failure) -> session.answer(() -> answer(query, page, failure)));
    }

    private CompletionStage<HistoryPage> history(Command.HistoryQuery query, int limit) {
        String channel = query.channel();
        Payer payer = session.payer();
        Position before = query.positionBefore();
        Instant instant = query.instant();
        if (before != null) {
            return node.hub().historyBefore(channel, before, limit, payer);
        } else if (instant != null) {
            return node.hub().historyFrom(channel, instant, limit, payer);
        } else {
            return node.hub().history(channel, query.positionAfter(), limit, payer);
        }
    }

    private void answer(
            Command.HistoryQuery query, @Nullable HistoryPage page, @Nullable Throwable failure) {
        if (page == null) {
            unavailable(session, query.id(), failure);
        } else if (query.id() != null) {
            long maxBytes = node.settings().wire().maxMessageBytes();
            session.reply(
                    Replies.history(query.id(), query.channel(), page, maxBytes, node.channels()));
        }
    }

    @Override
    public void onPresence(Command.PresenceQuery query) {
        ifAllowed(query, () -> may(ChannelAccess.PRESENCE, query.channel()), () -> presence(query));
    }

    private void presence(Command.PresenceQuery query) {
        session.started();
        node.presence()
                .occupancy(query.channel(), node.settings().mostNames(), session.payer())
                .whenComplete(
                        (presence, failure) ->
                                session.answer(() -> answer(query, presence, failure)));
    }

    private void answer(
            Command.PresenceQuery query,
            @Nullable Occupancy presence,
            @Nullable Throwable failure) {
        if (presence == null) {
            unavailable(session, query.id(), failure);
        } else if (query.id() != null) {
            session.reply(Replies.present(query.id(), query.channel(), presence));
        }
    }

    @Override
    public void onPing(Command.Ping ping) {
        if (ping.id() != null) {
            session.reply(new Reply.Pong(ping.id()));
        }
    }

    private void ifAllowed(
            Command command, Supplier<CompletionStage<Boolean>> question, Runnable allowed) {
        new RuledCommand(session, node, command, allowed, cause -> refuse(command, cause))
                .ask(question);
    }

    /** A refused publish holds up its channel, like any that fails in a channel with a log. */
    private void refuse(Command command, UnavailableException cause) {
        if (command instanceof Command.Publish publish
                && !Ephemeral.isEphemeral(publish.channel())) {
            session.started();
            PublishOrder publishes = session.publishes();
            publishes.publishRefused(publish, cause);
            checkFailures(publishes);
        } else {
            unavailable(session, command.id(), cause);
        }
    }

    static void forbidden(Session session, @Nullable Integer id) {
        String message = "channel: is not for you to use like this";
        session.replyError(id, ErrorCode.FORBIDDEN, message);
    }

    static void unavailable(Session session, @Nullable Integer id, @Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        long retryAfterMillis =
                cause instanceof UnavailableException unavailable
                        ? Math.max(1, unavailable.retryAfter().toMillis())
                        : RETRY_AFTER_MILLIS;
        String message = "the channels can't do it now";
        session.replyError(id, ErrorCode.UNAVAILABLE, message, retryAfterMillis);
        if (!(cause instanceof UnavailableException)) {
            SessionLog.channelsFailed(session, cause);
        }
    }
}
