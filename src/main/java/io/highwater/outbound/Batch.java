package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What leaves in one write. Guarded by the lock of its queue, but for {@link #join}. */
final class Batch {
    private final List<Element> elements;
    private final Tally tally = new Tally();

    /** The copy that the wire holds; null while it holds none or the one message itself. */
    private @Nullable OutboundFrame joined;

    /** Of the form that the wire holds of it and shares with none; 0: none. */
    private int formBytes;

    /** What was charged for these two. */
    private long chargedBytes;

    Batch(List<Element> elements) {
        this.elements = elements;
        elements.forEach(tally::add);
    }

    List<Element> elements() {
        return elements;
    }

    Tally tally() {
        return tally;
    }

    /** What to write, if anything. By the one thread that writes, under no lock: it copies. */
    @Nullable OutboundFrame join() {
        List<OutboundFrame> frames = new ArrayList<>(elements.size());
        for (Element element : elements) {
            OutboundFrame frame = element.toWrite();
            if (frame != null) {
                frames.add(frame);
            }
        }
        return switch (frames.size()) {
            case 0 -> null; // A gap that is not told.
            case 1 -> frames.get(0);
            default -> OutboundFrame.join(frames);
        };
    }

    void heldByWire(OutboundFrame frame, int ownFormBytes) {
        joined = isMessage(frame) ? null : frame;
        formBytes = ownFormBytes;
    }

    /** Where there is no other beside it but gaps that are not told. */
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
