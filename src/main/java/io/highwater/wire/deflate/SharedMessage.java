package io.highwater.wire.deflate;

import io.highwater.wire.FrameForms;
import io.highwater.wire.OutboundFrame;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One message for many connections: of a channel, or a broadcast of an endpoint. Thread-safe. */
final class SharedMessage extends FrameForms implements SharedForm {
    private static final int WINDOW_BYTES = 1 << 15;

    private final PermessageDeflate node;
    private final OutboundFrame plain;
    private final @Nullable ChannelContext channel;

    /** Where it stands among the messages of its channel. */
    private final long sequence;

    /** Guarded by this, like those below: whether they are known. */
    private boolean judged;

    private boolean worthIt;
    private @Nullable Tail base;
    private @Nullable Tail next;
    private @Nullable OutboundFrame fresh;
    private @Nullable OutboundFrame chained;

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

    private ByteBuffer text() {
        return plain.payload();
    }

    private void judge() {
        if (judged) {
            return;
        }
        judged = true;
        worthIt = node.isWorthTrying(text());
        if (channel != null) {
            channel.link(this, sequence);
        }
    }

    /** The channel's answer. Caller holds this. */
    void linked(Tail before) {
        base = before;
        next = worthIt ? before.after(text()) : before;
    }

    @Override
    public synchronized boolean isWorthIt() {
        judge();
        return worthIt;
    }

    @Override
    public int textBytes() {
        return isWorthIt() ? text().remaining() : 0;
    }

    @Override
    public int longestBytes() {
        return textBytes();
    }

    @Override
    public synchronized @Nullable Tail base() {
        judge();
        return base;
    }

    @Override
    public synchronized @Nullable Tail next() {
        judge();
        return next;
    }

    @Override
    public OutboundFrame plain() {
        return plain;
    }

    @Override
    public synchronized OutboundFrame fresh() {
        if (fresh == null) {
            fresh = isWorthIt() ? made(Tail.EMPTY) : plain;
        }
        return fresh;
    }

    @Override
    public synchronized OutboundFrame chained() {
        if (chained == null) {
            Tail before = Objects.requireNonNull(base(), "not of a chain");
            boolean same = !isWorthIt() || before == Tail.EMPTY;
            chained = same ? fresh() : made(before);
        }
        return chained;
    }

    /**
     * In a chain also where it does not become smaller: a peer that lacks one message of the chain
     * could never take part in it.
     */
    private OutboundFrame made(Tail dictionary) {
        ByteBuffer text = text();
        int bytes = text.remaining();
        int most = next == null ? bytes - 1 : Integer.MAX_VALUE / 2;
        OutboundFrame made = node.deflate(dictionary, plain.opcode(), text, WINDOW_BYTES, most);
        return made == null ? plain : made;
    }

    @Override
    public History appendedTo(History history, int maxBytes) {
        return history.append(text(), maxBytes);
    }
}
