package io.highwater.wire.deflate;

import io.highwater.wire.FrameForms;
import io.highwater.wire.OutboundFrame;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One message for many connections: of a channel, or a broadcast of an endpoint. Thread-safe. */
final class MessageForm extends SharedForm {
    private static final int WINDOW_BYTES = 1 << 15;

    /** The object. By the layouts of a 64-bit JVM with references of 4 bytes. */
    private static final int OBJECT_BYTES = 40;

    private final PermessageDeflate node;

    private MessageForm(
            PermessageDeflate node,
            OutboundFrame plain,
            int textBytes,
            ChannelContext.@Nullable Link link) {
        super(
                plain,
                textBytes,
                link == null ? null : link.base(),
                link == null ? null : link.next());
        this.node = node;
        SharedDictionary next = next();
        keep(OBJECT_BYTES + (next == null || next == base() ? 0 : next.sharedBytes()));
    }

    /**
     * A message of a channel.
     *
     * @param sequence where it stands among the messages of its channel
     */
    static MessageForm ofChannel(ChannelContext channel, OutboundFrame plain, long sequence) {
        PermessageDeflate node = channel.node();
        ByteBuffer text = plain.payload();
        boolean worthIt = node.isWorthTrying(text);
        ChannelContext.Link link = channel.link(worthIt ? text : null, sequence);
        return new MessageForm(node, plain, worthIt ? text.remaining() : 0, link);
    }

    /** A broadcast, which is part of no chain. */
    static MessageForm ofBroadcast(PermessageDeflate node, OutboundFrame plain) {
        ByteBuffer text = plain.payload();
        return new MessageForm(node, plain, node.isWorthTrying(text) ? text.remaining() : 0, null);
    }

    /** Null where the frame is for one connection alone. */
    static @Nullable MessageForm of(
            PermessageDeflate node, OutboundFrame frame, @Nullable FrameForms forms) {
        if (forms == null) {
            return null;
        }
        return forms instanceof ChannelMessage message
                ? message.form(frame)
                : forms.made(MessageForm.class, () -> ofBroadcast(node, frame));
    }

    @Override
    int longestBytes() {
        return textBytes();
    }

    @Override
    OutboundFrame makeFresh() {
        return isWorthIt() ? deflate(SharedDictionary.EMPTY) : plain();
    }

    @Override
    OutboundFrame makeChained(SharedDictionary before) {
        return !isWorthIt() || before == SharedDictionary.EMPTY ? fresh() : deflate(before);
    }

    /**
     * In a chain also where it does not become smaller: a peer that lacks one message of the chain
     * could never take part in it.
     */
    private OutboundFrame deflate(SharedDictionary dictionary) {
        ByteBuffer text = plain().payload();
        int most = next() == null ? text.remaining() - 1 : PermessageDeflate.MOST_BYTES;
        OutboundFrame made = node.deflate(dictionary, plain().opcode(), text, WINDOW_BYTES, most);
        return made == null ? plain() : made.with(FrameForms.SHARED);
    }

    @Override
    Dictionary appendedTo(Dictionary dictionary, int maxBytes) {
        return dictionary.append(plain().payload(), maxBytes);
    }
}
