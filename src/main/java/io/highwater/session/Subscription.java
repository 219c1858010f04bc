package io.highwater.session;

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
import io.highwater.outbound.SendCompletion;
import io.highwater.outbound.SendQueue;
import io.highwater.outbound.Skipped;
import io.highwater.outbound.TurnMessage;
import io.highwater.outbound.WaterMarks;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.protocol.Reply;
import io.highwater.wire.OutboundFrame;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One session's interest in one channel, from a subscribe to its end: between the hub's shard and
 * the session's queue. Thread-safe. This is one under EVICT or LATEST; under DEMOTE it is a {@link
 * DemotableSubscription}.
 */
class Subscription implements Subscriber<OutboundTurn<Position>>, LatestSeries<Position> {
    final Session session;

    /**
     * First the client's own copy of the name, then the hub's, which all subscribers share. The two
     * are equal, so a thread that still reads the first one does no harm.
     */
    private String channel;

    /** 0 if no message may be dropped for a newer one. */
    private final int latestCount;

    /**
     * Set while the subscriber catches up. Written by the channel's shard thread only; under DEMOTE
     * by every thread, under the subscription's lock.
     */
    volatile @Nullable CatchUp catchUp;

    static Subscription of(Session session, String channel, ChannelProfile profile) {
        return switch (profile.policy()) {
            case EVICT -> new Subscription(session, channel, 0);
            case LATEST -> new Subscription(session, channel, profile.latestCount());
            case DEMOTE -> new DemotableSubscription(session, channel);
        };
    }

    /** The same if the client asks who comes and goes. */
    static Subscription watching(Session session, String channel, ChannelProfile profile) {
        return switch (profile.policy()) {
            case EVICT -> new Watching(session, channel, 0);
            case LATEST -> new Watching(session, channel, profile.latestCount());
            case DEMOTE -> new DemotableSubscription.Watching(session, channel);
        };
    }

    /** A class of its own, so that the others need no field for it. */
    private static final class Watching extends Subscription {
        private Watching(Session session, String channel, int latestCount) {
            super(session, channel, latestCount);
        }

        @Override
        public boolean watchesPresence() {
            return true;
        }
    }

    Subscription(Session session, String channel, int latestCount) {
        this.session = session;
        this.channel = channel;
        this.latestCount = latestCount;
    }

    final String channel() {
        return channel;
    }

    @Override
    public final String client() {
        return session.client();
    }

    @Override
    public final Payer payer() {
        return session.payer();
    }

    @Override
    public final void onSubscribed(SubscribeOutcome outcome) {
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
        if (behind.retire()) {
            catchUp = null;
        }
        if (due != null) {
            offer(due.joined(TurnFrames::join));
        }
    }

    @Override
    public void onBehind(Cursor reached, Cursor served, TurnKind kind) {
        CatchUp behind = new CatchUp(this, new Missing(reached, served, kind));
        catchUp = behind;
        behind.run();
    }

    /** A client that does not read is told later, and not ended for what others do. */
    @Override
    public final boolean onPresence(OutboundTurn<Position> event) {
        if (!queue().isWritable()) {
            return false;
        }
        queue().offer(event, null);
        return true;
    }

    // What a catch-up asks and tells.

    /** Whether the subscriber is under DEMOTE: it stays behind for as long as it reads slowly. */
    boolean isDemotable() {
        return false;
    }

    /** Whether the queue has given up messages that {@link #takeCut} has not told of. */
    public boolean isCut() {
        return false;
    }

    /** Has {@code missing} go back to what the queue has given up; false if that is nothing. */
    boolean takeCut(Missing missing) {
        return false;
    }

    /** The subscriber is demoted (1), or no longer (-1). */
    void onDemoted(int change) {}

    /** Runs it in a moment. */
    final void later(Runnable retry) {
        session.later(retry);
    }

    final WaterMarks marks() {
        return session.marks();
    }

    /** The next piece of what the subscriber missed. */
    final CompletionStage<Missed<OutboundTurn<Position>>> after(
            Cursor after, @Nullable Cursor until) {
        return session.after(channel, after, until);
    }

    /** The same if the next piece was trimmed: reads from the oldest entry that is kept. */
    final CompletionStage<Missed<OutboundTurn<Position>>> fromOldest(Cursor after) {
        return session.fromOldest(channel, after);
    }

    /** Whether the client may be told that something is left out. */
    boolean takesGaps() {
        return latestCount > 0;
    }

    /**
     * Offers a piece of what the subscriber missed, on the thread that read it. If it did not ask
     * whether the catch-up is stopped, it could come after the first message of a later
     * subscription.
     *
     * @param skipped what is left out before it, or null
     * @param sending is told when nothing of the turn is kept any more
     */
    OfferResult offerMissed(
            CatchUp by,
            OutboundTurn<Position> turn,
            @Nullable Skipped<Position> skipped,
            SendCompletion sending) {
        if (latestCount == 0) {
            return queue().offerWhole(by::isStopped, turn, null, sending);
        }
        // LATEST drops single messages, so it has them to itself.
        OfferResult result = queue().offerUnless(by::isStopped, turn.separate(), series(), skipped);
        sending.onWritten();
        return result;
    }

    /** The same for a piece of a snapshot. */
    final OfferResult offerSnapshot(CatchUp by, OutboundTurn<Position> turn) {
        return queue().offerUnless(by::isStopped, turn, series(), null);
    }

    /** DEMOTE: tells the client what is left out. */
    final OfferResult offerGap(CatchUp by, Skipped<Position> skipped) {
        session.onSkipped(skipped.count());
        OutboundFrame frame = frame(skipped.first(), skipped.last(), skipped.count());
        List<TurnMessage<Position>> only = List.of(new TurnMessage<>(frame, null, skipped.last()));
        return queue().offerUnless(by::isStopped, OutboundTurn.of(only, 0), null, null);
    }

    /**
     * The client read so slowly that the log trimmed what it was still to get, or the log is gone.
     */
    final void onOvertaken() {
        session.onOvertaken();
    }

    /** What the subscriber missed could not be offered. */
    final void onFailed(Throwable cause) {
        SessionLog.channelsFailed(session, cause);
        session.onOvertaken();
    }

    /** Offers what may not be given up, unless LATEST drops it. */
    final void offer(OutboundTurn<Position> turn) {
        queue().offer(turn, series());
    }

    private @Nullable LatestSeries<Position> series() {
        return latestCount == 0 ? null : this;
    }

    final SendQueue queue() {
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
    public final int latestCount() {
        return latestCount;
    }

    @Override
    public final @Nullable OutboundFrame skippedFrame(Position first, Position last, long count) {
        // Ephemeral channels have no positions to move on to.
        return Ephemeral.isEphemeral(channel) ? null : frame(first, last, count);
    }

    private OutboundFrame frame(Position first, Position last, long count) {
        return OutboundFrame.text(new Reply.Skipped(channel, first, last, count).json());
    }
}
