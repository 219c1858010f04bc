package io.highwater.session;

import io.highwater.channel.ChannelOverflow;
import io.highwater.channel.ChannelProfile;
import io.highwater.channel.Ephemeral;
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
     * First the client's own copy of the name, then the hub's, which all subscribers share. The two
     * are equal, so a thread that still reads the first one does no harm.
     */
    private String channel;

    /** 0 if no message may be dropped for a newer one. */
    private final int latestCount;

    /** Set while the subscriber catches up. Written by the channel's shard thread only. */
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

    /** The next piece of what the subscriber missed. */
    CompletionStage<Missed<OutboundTurn<Position>>> after(Cursor after, @Nullable Cursor until) {
        return session.after(channel, after, until);
    }

    /** The same if the next piece was trimmed: reads from the oldest entry that is kept. */
    CompletionStage<Missed<OutboundTurn<Position>>> fromOldest(Cursor after) {
        return session.fromOldest(channel, after);
    }

    /** Whether the client may be told that something is left out. */
    boolean takesGaps() {
        return latestCount > 0;
    }

    /**
     * Offers a piece of what the subscriber missed, on the thread that read it. Without {@code
     * stopped} it could come after the first message of a later subscription.
     *
     * @param stopped whether the piece must not be offered any more
     * @param skipped what is left out before it, or null
     */
    OfferResult offerMissed(
            BooleanSupplier stopped,
            OutboundTurn<Position> turn,
            @Nullable Skipped<Position> skipped) {
        return session.queue().offerUnless(stopped, turn, series(), skipped);
    }

    /**
     * The client read so slowly that the log trimmed what it was still to get, or the log is gone.
     */
    void onOvertaken() {
        session.onOvertaken();
    }

    /** What the subscriber missed could not be offered. */
    void onFailed(Throwable cause) {
        SessionLog.channelsFailed(session, cause);
        session.onOvertaken();
    }

    private void offer(OutboundTurn<Position> turn) {
        session.queue().offer(turn, series());
    }

    private @Nullable LatestSeries<Position> series() {
        return latestCount == 0 ? null : this;
    }

    SendQueue queue() {
        return session.queue();
    }

    /**
     * Stops offering what the subscriber missed. Until the channel's shard has carried out the
     * subscribe, it is not known whether the subscriber is behind; so it is called again when the
     * shard has carried out the unsubscribe.
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
    public @Nullable OutboundFrame skippedFrame(Position first, Position last, long count) {
        if (Ephemeral.isEphemeral(channel)) {
            return null; // There are no positions to move on to.
        }
        return OutboundFrame.text(new Reply.Skipped(channel, first, last, count).json());
    }
}
