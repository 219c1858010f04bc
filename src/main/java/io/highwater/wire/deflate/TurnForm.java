package io.highwater.wire.deflate;

import io.highwater.wire.FrameForms;
import io.highwater.wire.OutboundFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Messages that many connections get together, joined to one frame in each form: a turn of a
 * channel, or broadcasts, which are part of no chain. Thread-safe.
 */
final class TurnForm extends SharedForm {
    /** What is kept beside joined frames; null where they are joined for one connection alone. */
    private record Answer(@Nullable TurnForm turn) {}

    /**
     * @param form null for a message that goes as it is
     */
    private record Part(OutboundFrame plain, @Nullable MessageForm form) {
        OutboundFrame as(Function<MessageForm, OutboundFrame> formOf) {
            return form == null ? plain : formOf.apply(form);
        }
    }

    private final List<Part> parts;
    private final int longestBytes;

    private TurnForm(
            OutboundFrame plain,
            List<Part> parts,
            @Nullable SharedDictionary base,
            @Nullable SharedDictionary next) {
        super(plain, parts.stream().mapToInt(TurnForm::textBytes).sum(), base, next);
        this.parts = parts;
        this.longestBytes = parts.stream().mapToInt(TurnForm::textBytes).max().orElse(0);
    }

    private static int textBytes(Part part) {
        return part.form == null ? 0 : part.form.textBytes();
    }

    /**
     * Null where the frames are neither a turn of one channel, one after the other, nor broadcasts.
     */
    static @Nullable TurnForm of(
            PermessageDeflate node, OutboundFrame frame, FrameForms.Joined joined) {
        return joined.made(Answer.class, () -> new Answer(find(node, frame, joined.parts())))
                .turn();
    }

    private static @Nullable TurnForm find(
            PermessageDeflate node, OutboundFrame frame, List<OutboundFrame> frames) {
        List<Part> parts = new ArrayList<>(frames.size());
        MessageForm first = null;
        MessageForm last = null;
        for (OutboundFrame one : frames) {
            FrameForms forms = one.forms();
            if (forms != null && forms.isPlainOnly()) {
                parts.add(new Part(one, null));
                continue;
            }
            MessageForm message =
                    forms != null && forms.isForMany() ? MessageForm.of(node, one, forms) : null;
            if (message == null || (last != null && message.base() != last.next())) {
                return null;
            }
            parts.add(new Part(one, message));
            first = first == null ? message : first;
            last = message;
        }
        return first == null || last == null
                ? null
                : new TurnForm(frame, parts, first.base(), last.next());
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
        List<OutboundFrame> forms = parts.stream().map(part -> part.as(formOf)).toList();
        // The joined frame keeps no reference to its parts then.
        return OutboundFrame.join(forms).with(FrameForms.SHARED);
    }

    @Override
    Dictionary appendedTo(Dictionary dictionary, int maxBytes) {
        Dictionary after = dictionary;
        for (Part part : parts) {
            if (part.form != null && isCompressed(part.form)) {
                after = part.form.appendedTo(after, maxBytes);
            }
        }
        return after;
    }

    /** Only what was compressed is in the peer's window: in a chain, all that is worth trying. */
    private boolean isCompressed(MessageForm message) {
        return message.isWorthIt() && (base() != null || message.fresh() != message.plain());
    }
}
