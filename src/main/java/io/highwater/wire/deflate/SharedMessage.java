package io.highwater.wire.deflate;

import io.highwater.wire.FrameForms;
import io.highwater.wire.OutboundFrame;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One message for many connections: of a channel, or a broadcast of an endpoint. Thread-safe. */
final class SharedMessage extends FrameForms implements SharedForm {
    private static final int WINDOW_BYTES = 1 << 15;

    // By the layouts of a 64-bit JVM with references of 4 bytes.

    /** This, of a message that may have been queued before anybody made it. */
    private static final int OBJECT_BYTES = 64;

    /** The plain frame, whose array is the queued one's. */
    private static final int PLAIN_BYTES = 24;

    private static final int JUDGEMENT_BYTES = 24;

    private final PermessageDeflate node;
    private final OutboundFrame plain;
    private final @Nullable ChannelContext channel;

    /** Where it stands among the messages of its channel. */
    private final long sequence;

    // Each is made once, under the lock; who finds it made needs none.

    private volatile @Nullable Judgement judgement;
    private volatile @Nullable OutboundFrame fresh;
    private volatile @Nullable OutboundFrame chained;

    /** What is known once a first connection with compression has come. */
    private record Judgement(int textBytes, @Nullable Tail base, @Nullable Tail next) {}

    /** A broadcast, which is part of no chain. */
    SharedMessage(PermessageDeflate node, OutboundFrame plain) {
        this(node, plain, null, 0);
    }

    SharedMessage(
            PermessageDeflate node,
            OutboundFrame plain,
            @Nullable ChannelContext channel,
            long sequence) {
        this.node = node;
        this.plain = plain;
        this.channel = channel;
        this.sequence = sequence;
    }

    /** Null where the frame is for one connection alone. */
    static @Nullable SharedMessage of(
            PermessageDeflate node, OutboundFrame frame, @Nullable FrameForms forms) {
        if (forms == null || forms instanceof SharedMessage) {
            return (SharedMessage) forms;
        }
        return forms.made(SharedMessage.class, () -> new SharedMessage(node, frame));
    }

    @Override
    public boolean isForMany() {
        return true;
    }

    @Override
    protected int objectBytes() {
        return OBJECT_BYTES + PLAIN_BYTES;
    }

    /** What the queues keep, of which this is a part. */
    private FrameForms keeper() {
        FrameForms ofBroadcast = plain.forms();
        return ofBroadcast == null ? this : ofBroadcast;
    }

    private Judgement judgement() {
        Judgement known = judgement;
        return known == null ? judge() : known;
    }

    private synchronized Judgement judge() {
        Judgement known = judgement;
        if (known == null) {
            ByteBuffer text = plain.payload();
            boolean worthIt = node.isWorthTrying(text);
            int bytes = worthIt ? text.remaining() : 0;
            ChannelContext.Link link =
                    channel == null ? null : channel.link(worthIt ? text : null, sequence);
            known =
                    link == null
                            ? new Judgement(bytes, null, null)
                            : new Judgement(bytes, link.base(), link.next());
            judgement = known;
            Tail next = known.next();
            int tail = next == null || next == known.base() ? 0 : next.sharedBytes();
            int own = keeper() == this ? 0 : OBJECT_BYTES;
            keeper().onMade(own + JUDGEMENT_BYTES + tail);
        }
        return known;
    }

    @Override
    public int textBytes() {
        return judgement().textBytes();
    }

    @Override
    public int longestBytes() {
        return textBytes();
    }

    @Override
    public @Nullable Tail base() {
        return judgement().base();
    }

    @Override
    public @Nullable Tail next() {
        return judgement().next();
    }

    @Override
    public OutboundFrame plain() {
        return plain;
    }

    @Override
    public OutboundFrame fresh() {
        OutboundFrame made = fresh;
        return made == null ? makeFresh() : made;
    }

    private synchronized OutboundFrame makeFresh() {
        OutboundFrame made = fresh;
        if (made == null) {
            fresh = made = isWorthIt() ? made(Tail.EMPTY) : plain;
            if (made != plain) {
                keeper().onMade(SharedForm.bytes(made));
            }
        }
        return made;
    }

    @Override
    public OutboundFrame chained() {
        OutboundFrame made = chained;
        return made == null ? makeChained() : made;
    }

    private synchronized OutboundFrame makeChained() {
        OutboundFrame made = chained;
        if (made == null) {
            Tail before = Objects.requireNonNull(base(), "not of a chain");
            boolean same = !isWorthIt() || before == Tail.EMPTY;
            chained = made = same ? fresh() : made(before);
            if (made != plain && made != fresh) {
                keeper().onMade(SharedForm.bytes(made));
            }
        }
        return made;
    }

    /**
     * In a chain also where it does not become smaller: a peer that lacks one message of the chain
     * could never take part in it.
     */
    private OutboundFrame made(Tail dictionary) {
        ByteBuffer text = plain.payload();
        int most = next() == null ? text.remaining() - 1 : PermessageDeflate.MOST_BYTES;
        OutboundFrame made = node.deflate(dictionary, plain.opcode(), text, WINDOW_BYTES, most);
        return made == null ? plain : made.with(FrameForms.SHARED);
    }

    @Override
    public History appendedTo(History history, int maxBytes) {
        return history.append(plain.payload(), maxBytes);
    }
}
