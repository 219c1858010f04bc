package io.highwater.wire.deflate;

import io.highwater.wire.FrameForms;
import io.highwater.wire.OutboundFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The messages of one turn of a channel, joined to one frame in each form. Thread-safe. */
final class TurnForm extends SharedForm {
    /** What is kept beside joined frames; null where they are joined for one connection alone. */
    private record Answer(@Nullable TurnForm turn) {}

    private final List<OutboundFrame> parts;
    private final int longestBytes;

    private TurnForm(
            OutboundFrame plain,
            List<OutboundFrame> parts,
            List<MessageForm> messages,
            SharedDictionary base,
            SharedDictionary next) {
        super(plain, messages.stream().mapToInt(SharedForm::textBytes).sum(), base, next);
        this.parts = parts;
        this.longestBytes = messages.stream().mapToInt(SharedForm::textBytes).max().orElse(0);
    }

    /** Null where the frames are no turn of one channel, one after the other. */
    static @Nullable TurnForm of(OutboundFrame frame, FrameForms.Joined joined) {
        return joined.made(Answer.class, () -> new Answer(find(frame, joined.parts()))).turn();
    }

    private static @Nullable TurnForm find(OutboundFrame frame, List<OutboundFrame> parts) {
        List<MessageForm> messages = new ArrayList<>(parts.size());
        SharedDictionary first = null;
        SharedDictionary last = null;
        for (OutboundFrame part : parts) {
            if (part.forms() == FrameForms.PLAIN_ONLY) {
                continue;
            }
            MessageForm message = form(part);
            SharedDictionary base = message == null ? null : message.base();
            if (message == null || base == null || (last != null && base != last)) {
                return null;
            }
            messages.add(message);
            first = first == null ? base : first;
            last = message.next();
        }
        return first == null || last == null
                ? null
                : new TurnForm(frame, parts, messages, first, last);
    }

    /** Null where the frame is no message of a channel, or one that goes as it is. */
    private static @Nullable MessageForm form(OutboundFrame part) {
        return part.forms() instanceof ChannelMessage message ? message.form(part) : null;
    }

    @Override
    int longestBytes() {
        return longestBytes;
    }

    @Override
    OutboundFrame makeFresh() {
        return join(SharedForm::fresh);
    }

    @Override
    OutboundFrame makeChained(SharedDictionary before) {
        return join(SharedForm::chained);
    }

    private OutboundFrame join(Function<MessageForm, OutboundFrame> formOf) {
        List<OutboundFrame> forms = new ArrayList<>(parts.size());
        for (OutboundFrame part : parts) {
            MessageForm message = form(part);
            forms.add(message == null ? part : formOf.apply(message));
        }
        // The joined frame keeps no reference to its parts then.
        return OutboundFrame.join(forms).with(FrameForms.SHARED);
    }

    @Override
    Dictionary appendedTo(Dictionary dictionary, int maxBytes) {
        Dictionary after = dictionary;
        for (OutboundFrame part : parts) {
            MessageForm message = form(part);
            if (message != null && message.isWorthIt()) {
                after = message.appendedTo(after, maxBytes);
            }
        }
        return after;
    }
}
