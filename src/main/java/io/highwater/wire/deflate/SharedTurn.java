package io.highwater.wire.deflate;

import io.highwater.wire.FrameForms;
import io.highwater.wire.OutboundFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The messages of one turn of a channel, joined to one frame in each form. Thread-safe. */
final class SharedTurn implements SharedForm {
    /** What is kept beside frames that are joined for one connection alone. */
    private record Answer(@Nullable SharedTurn turn) {}

    private final OutboundFrame plain;
    private final List<OutboundFrame> parts;
    private final int textBytes;
    private final int longestBytes;
    private final Tail base;
    private final Tail next;

    // Each is made once, under the lock; who finds it made needs none.

    private volatile @Nullable OutboundFrame fresh;
    private volatile @Nullable OutboundFrame chained;

    private SharedTurn(OutboundFrame plain, List<OutboundFrame> parts, Tail base, Tail next) {
        this.plain = plain;
        this.parts = parts;
        this.base = base;
        this.next = next;
        int sum = 0;
        int longest = 0;
        for (OutboundFrame part : parts) {
            if (part.forms() instanceof SharedMessage message) {
                sum += message.textBytes();
                longest = Math.max(longest, message.textBytes());
            }
        }
        textBytes = sum;
        longestBytes = longest;
    }

    /** Null where the frames are no turn of one channel, one after the other. */
    static @Nullable SharedTurn of(OutboundFrame frame, FrameForms.Joined joined) {
        return joined.made(Answer.class, () -> new Answer(find(frame, joined.parts()))).turn();
    }

    private static @Nullable SharedTurn find(OutboundFrame frame, List<OutboundFrame> parts) {
        Tail first = null;
        Tail last = null;
        for (OutboundFrame part : parts) {
            if (part.forms() == FrameForms.PLAIN_ONLY) {
                continue;
            }
            if (!(part.forms() instanceof SharedMessage message)) {
                return null;
            }
            Tail base = message.base();
            if (base == null || (last != null && base != last)) {
                return null;
            }
            first = first == null ? base : first;
            last = message.next();
        }
        return first == null || last == null ? null : new SharedTurn(frame, parts, first, last);
    }

    @Override
    public int textBytes() {
        return textBytes;
    }

    @Override
    public int longestBytes() {
        return longestBytes;
    }

    @Override
    public Tail base() {
        return base;
    }

    @Override
    public Tail next() {
        return next;
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
            fresh = made = join(SharedMessage::fresh);
            onMade(made);
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
            chained = made = join(SharedMessage::chained);
            onMade(made);
        }
        return made;
    }

    private void onMade(OutboundFrame form) {
        FrameForms keeper = plain.forms();
        if (keeper != null) {
            keeper.onMade(SharedForm.bytes(form));
        }
    }

    private OutboundFrame join(Function<SharedMessage, OutboundFrame> form) {
        List<OutboundFrame> forms = new ArrayList<>(parts.size());
        for (OutboundFrame part : parts) {
            forms.add(part.forms() instanceof SharedMessage message ? form.apply(message) : part);
        }
        // Which keeps no reference to its parts.
        return OutboundFrame.join(forms).with(FrameForms.SHARED);
    }

    @Override
    public History appendedTo(History history, int maxBytes) {
        History after = history;
        for (OutboundFrame part : parts) {
            if (part.forms() instanceof SharedMessage message && message.isWorthIt()) {
                after = message.appendedTo(after, maxBytes);
            }
        }
        return after;
    }
}
