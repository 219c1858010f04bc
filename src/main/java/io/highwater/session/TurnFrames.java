package io.highwater.session;

import io.highwater.backbone.Entry;
import io.highwater.channel.ChannelSettings;
import io.highwater.channel.FrameFactory;
import io.highwater.channel.PresenceEvent;
import io.highwater.channel.Publication;
import io.highwater.channel.TurnKind;
import io.highwater.outbound.OutboundTurn;
import io.highwater.outbound.TurnMessage;
import io.highwater.protocol.Position;
import io.highwater.protocol.Reply;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.deflate.ChannelContext;
import io.highwater.wire.deflate.PermessageDeflate;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns entries into what queues take: turns of one message each, or one turn of several messages.
 * Thread-safe, except for the live frames of a channel, which are confined to its shard's thread.
 */
public final class TurnFrames implements FrameFactory<OutboundTurn<Position>> {
    /** Of what is no publication; nobody is told it. */
    private static final Position NOWHERE = new Position("", 0, 0, 0);

    private final PermessageDeflate deflate;

    /** Say whether a channel's subscribers are told who published. */
    private final ChannelSettings channels;

    /** Null if the frames are not those of one channel in sequence. */
    private final @Nullable ChannelContext channel;

    public TurnFrames(PermessageDeflate deflate, ChannelSettings channels) {
        this(deflate, channels, null);
    }

    private TurnFrames(
            PermessageDeflate deflate, ChannelSettings channels, @Nullable ChannelContext channel) {
        this.deflate = deflate;
        this.channels = channels;
        this.channel = channel;
    }

    @Override
    public FrameFactory<OutboundTurn<Position>> ofChannel() {
        return new TurnFrames(deflate, channels, deflate.newChannel());
    }

    @Override
    public void release() {
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public OutboundTurn<Position> frame(Entry entry) {
        Reply.Message.Mark mark = entry.late() ? Reply.Message.Mark.LATE : Reply.Message.Mark.NONE;
        return turn(entry, message(entry, mark));
    }

    @Override
    public OutboundTurn<Position> missed(List<Entry> entries, TurnKind kind) {
        Reply.Message.Mark mark =
                kind == TurnKind.SNAPSHOT ? Reply.Message.Mark.SNAPSHOT : Reply.Message.Mark.NONE;
        List<OutboundFrame> frames = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            frames.add(broadcast(entry, OutboundFrame.text(message(entry, mark))));
        }
        List<OutboundFrame> packed = frames.size() == 1 ? frames : OutboundFrame.packed(frames);
        List<TurnMessage<Position>> messages = new ArrayList<>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            messages.add(new TurnMessage<>(packed.get(i), entry.key(), entry.position()));
        }
        return OutboundTurn.of(messages, OutboundTurn.UNTIMED);
    }

    private static OutboundFrame broadcast(Entry entry, OutboundFrame plain) {
        return entry.secret() ? plain.secretBroadcast() : plain.broadcast();
    }

    @Override
    public OutboundTurn<Position> snapshot(Entry entry) {
        return turn(entry, message(entry, Reply.Message.Mark.SNAPSHOT));
    }

    @Override
    public OutboundTurn<Position> presence(PresenceEvent event, long nowNanos) {
        OutboundFrame frame = OutboundFrame.text(Replies.change(event).json()).broadcast();
        return new OutboundTurn<>(
                frame, List.of(new TurnMessage<>(frame, null, NOWHERE)), nowNanos);
    }

    private ByteBuffer message(Entry entry, Reply.Message.Mark mark) {
        return Replies.message(entry, mark, channels).json();
    }

    private OutboundTurn<Position> turn(Entry entry, ByteBuffer message) {
        OutboundFrame plain = OutboundFrame.text(message);
        return turn(
                entry,
                channel == null || entry.secret() ? broadcast(entry, plain) : channel.share(plain));
    }

    private static OutboundTurn<Position> turn(Entry entry, OutboundFrame frame) {
        return new OutboundTurn<>(
                frame,
                List.of(new TurnMessage<>(frame, entry.key(), entry.position())),
                entry.appendedNanos());
    }

    /** Joins all publications into one turn; the list is never empty. */
    static OutboundTurn<Position> join(List<Publication<OutboundTurn<Position>>> publications) {
        OutboundTurn<Position> first = publications.get(0).frame();
        if (publications.size() == 1) {
            return first;
        }
        List<TurnMessage<Position>> parts = new ArrayList<>(publications.size());
        for (Publication<OutboundTurn<Position>> publication : publications) {
            parts.addAll(publication.frame().messages());
        }
        return OutboundTurn.of(parts, first.sinceNanos());
    }
}
