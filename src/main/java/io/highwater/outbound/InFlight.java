package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What leaves in one write: from when the writer takes it out of the queue until the wire has taken
 * all of it. Guarded by the lock of its queue, but for {@link #join}.
 */
final class InFlight {
    private final List<Element> elements;
    private final Tally tally = new Tally();

    /** The copy that the wire holds; null while it holds none or the one message itself. */
    private @Nullable OutboundFrame joined;

    /** Bytes of the form of it that the wire holds and shares with none; 0: no such form. */
    private int formBytes;

    /** What was charged for these two. */
    private long chargedBytes;

    InFlight(List<Element> elements) {
        this.elements = elements;
        elements.forEach(tally::add);
    }

    List<Element> elements() {
        return elements;
    }

    Tally tally() {
        return tally;
    }

    /** Bytes of turns that the log has too. */
    long loggedBytes() {
        long bytes = 0;
        for (Element element : elements) {
            bytes += element.isLogged() ? element.bytes() : 0;
        }
        return bytes;
    }

    /** What to write, if anything. Called by the writer, under no lock: it copies. */
    @Nullable OutboundFrame join() {
        List<OutboundFrame> frames = new ArrayList<>(elements.size());
        for (Element element : elements) {
            OutboundFrame frame = element.toWrite();
            if (frame != null) {
                frames.add(frame);
            }
        }
        return switch (frames.size()) {
            case 0 -> null; // A notice that is not told.
            case 1 -> frames.get(0);
            default -> OutboundFrame.join(frames);
        };
    }

    void heldByWire(OutboundFrame frame, int ownFormBytes) {
        joined = isMessage(frame) ? null : frame;
        formBytes = ownFormBytes;
    }

    /** Whether the frame is the one message in here, beside notices that are not told. */
    private boolean isMessage(OutboundFrame frame) {
        for (Element element : elements) {
            if (element.frame() == frame) {
                return true;
            }
        }
        return false;
    }

    long chargedBytes() {
        return chargedBytes;
    }

    void chargedBytes(long bytes) {
        chargedBytes = bytes;
    }

    int formBytes() {
        return formBytes;
    }

    @Nullable OutboundFrame copy() {
        return joined;
    }

    void collectFrames(Set<OutboundFrame> frames) {
        for (Element element : elements) {
            element.collectFrames(frames);
        }
        if (joined != null) {
            frames.add(joined);
        }
    }
}
