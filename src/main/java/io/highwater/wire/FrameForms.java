package io.highwater.wire;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is kept beside an {@link OutboundFrame} so that a {@link WireExtension} can send it in
 * another form: of what it is made, and what was made of it, once for all who share the frame. A
 * frame for one session has none. Thread-safe.
 */
public abstract class FrameForms {
    /** The frame's bytes are all that may ever be sent of it: it holds a secret. */
    public static final FrameForms PLAIN_ONLY = new FrameForms() {};

    /** Written under this. */
    private volatile @Nullable Object made;

    /** Whether many sessions are sent the frame. */
    public boolean isForMany() {
        return false;
    }

    /** What an extension keeps here, made now if it is the first to ask. */
    public final <T> T made(Class<T> type, Supplier<T> first) {
        Object present = made;
        return present == null ? make(type, first) : type.cast(present);
    }

    private synchronized <T> T make(Class<T> type, Supplier<T> first) {
        Object present = made;
        if (present == null) {
            present = first.get();
            made = present;
        }
        return type.cast(present);
    }

    /** Of one message that many sessions are sent. */
    static final class Broadcast extends FrameForms {
        @Override
        public boolean isForMany() {
            return true;
        }
    }

    /** Of several frames one behind the other. */
    public static final class Joined extends FrameForms {
        private final List<OutboundFrame> parts;

        /** Asked for by each session that the frame is sent to. */
        private final int messages;

        private final int payloadBytes;

        Joined(List<OutboundFrame> parts) {
            this.parts = parts;
            int ends = 0;
            int bytes = 0;
            for (OutboundFrame part : parts) {
                ends += part.messages();
                bytes += part.payloadBytes();
            }
            this.messages = ends;
            this.payloadBytes = bytes;
        }

        int messages() {
            return messages;
        }

        int payloadBytes() {
            return payloadBytes;
        }

        @Override
        public boolean isForMany() {
            return parts.stream().allMatch(OutboundFrame::isForMany);
        }

        /** Two or more, none of them joined itself. */
        public List<OutboundFrame> parts() {
            return parts;
        }
    }
}
