package io.highwater.session;

import io.highwater.channel.ChannelOverflow;
import io.highwater.channel.ChannelProfile;
import io.highwater.channel.Missed;
import io.highwater.channel.SubscribeOutcome;
import io.highwater.channel.Subscriber;
import io.highwater.channel.Turn;
import io.highwater.channel.TurnKind;
import io.highwater.limits.Payer;
import io.highwater.outbound.LatestSeries;
import io.highwater.outbound.OfferResult;
import io.highwater.outbound.OutboundTurn;
import io.highwater.outbound.SendQueue;
import io.highwater.outbound.Skipped;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.protocol.Reply;
import io.highwater.wire.OutboundFrame;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One session's interest in one channel, from a subscribe to its end: between the hub's shard and
 * the session's queue. Thread-safe.
 */
final class Subscription implements Subscriber<OutboundTurn<Position>>, LatestSeries<Position> {
    private final Session session;

    /**
     * First the client's own copy of the name, then the hub's, which all subscribers share. Equal,
     * so it does no harm to read the one for the other.
     */
    private String channel;

    /** 0 where no message may be dropped for a newer one. */
    private final int latestCount;

    /** While the subscriber gets what it missed. Written by the channel's shard thread only. */
    private volatile @Nullable CatchUp catchUp;

    Subscription(Session session, String channel, ChannelProfile profile) {
        this.session = session;
        this.channel = channel;
        this.latestCount = profile.policy() == ChannelOverflow.LATEST ? profile.latestCount() : 0;
    }

    String channel() {
        return channel;
    }

    @Override
    public String client() {
        return session.client();
    }

    @Override
    public Payer payer() {
        return session.payer();
    }

    @Override
    public void onSubscribed(SubscribeOutcome outcome) {
        channel = outcome.channel();
        Commands.onSubscribed(session, this, outcome);
    }

    @Override
    public void onTurn(Turn<OutboundTurn<Position>> turn, TurnKind kind) {
        CatchUp behind = catchUp;
        if (behind == null || kind != TurnKind.LIVE) {
            offer(turn.joined(TurnFrames::join));
            return;
        }
        Turn<OutboundTurn<Position>> due = behind.live(turn);
        if (behind.isPassed()) {
            catchUp = null;
        }
        if (due != null) {
            offer(due.joined(TurnFrames::join));
        }
    }

    @Override
    public void onBehind(Cursor reached, Cursor served, TurnKind kind) {
        CatchUp behind = new CatchUp(this, reached, served, kind, session.marks());
        catchUp = behind;
        behind.run();
    }

    /** The next piece of what it missed. */
    CompletionStage<Missed<OutboundTurn<Position>>> after(Cursor after, @Nullable Cursor until) {
        return session.after(channel, after, until);
    }

    /** The same where what comes next is gone: from the oldest on that is kept. */
    CompletionStage<Missed<OutboundTurn<Position>>> fromOldest(Cursor after) {
        return session.fromOldest(channel, after);
    }

    /** Whether it may be told that something is left out. */
    boolean takesGaps() {
        return latestCount > 0;
    }

    /**
     * A piece of what it missed, on the thread that has read it: it could come behind the first
     * message of a later subscription.
     *
     * @param stopped whether it is not to be offered any more
     * @param skipped what is left out before it, or null
     */
    OfferResult offerMissed(
            BooleanSupplier stopped,
            OutboundTurn<Position> turn,
            @Nullable Skipped<Position> skipped) {
        return session.queue().offerUnless(stopped, turn, lane(), skipped);
    }

    /** It read so slowly that the log has let go what it was still to get, or the log is gone. */
    void onOvertaken() {
        session.onOvertaken();
    }

    /** What it missed could not be offered. */
    void onFailed(Throwable cause) {
        SessionLog.channelsFailed(session, cause);
        session.onOvertaken();
    }

    private void offer(OutboundTurn<Position> turn) {
        session.queue().offer(turn, lane());
    }

    private @Nullable LatestSeries<Position> lane() {
        return latestCount == 0 ? null : this;
    }

    SendQueue queue() {
        return session.queue();
    }

    /**
     * Nothing of what it missed is offered any more. Before the channel's shard has carried out its
     * subscribe it is not known to be behind, so this is said there once more.
     */
    void stop() {
        CatchUp behind = catchUp;
        if (behind != null) {
            behind.stop();
        }
    }

    @Override
    public int latestCount() {
        return latestCount;
    }

    @Override
    public OutboundFrame skippedFrame(Position first, Position last, long count) {
        return OutboundFrame.text(new Reply.Skipped(channel, first, last, count).json());
    }
}
