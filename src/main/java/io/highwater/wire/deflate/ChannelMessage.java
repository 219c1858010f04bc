package io.highwater.wire.deflate;

import io.highwater.wire.FrameForms;
import io.highwater.wire.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * What is kept beside the frame of a channel's message: its place in the channel, and its forms
 * once a first connection with compression is sent it. Thread-safe.
 */
final class ChannelMessage extends FrameForms {
    /** The object. By the layouts of a 64-bit JVM with references of 4 bytes. */
    private static final int OBJECT_BYTES = 48;

    private final ChannelContext channel;

    /** Where it stands among the messages of its channel. */
    private final long sequence;

    /** Made once, under the lock; whoever finds it made needs no lock. */
    private volatile @Nullable MessageForm form;

    ChannelMessage(ChannelContext channel, long sequence) {
        this.channel = channel;
        this.sequence = sequence;
    }

    @Override
    public boolean isForMany() {
        return true;
    }

    @Override
    protected int objectBytes() {
        return OBJECT_BYTES;
    }

    /**
     * The forms of the message.
     *
     * @param frame that this is kept beside
     */
    MessageForm form(OutboundFrame frame) {
        MessageForm made = form;
        return made == null ? make(frame) : made;
    }

    private synchronized MessageForm make(OutboundFrame frame) {
        MessageForm made = form;
        if (made == null) {
            made = MessageForm.ofChannel(channel, frame, sequence);
            form = made;
        }
        return made;
    }
}
