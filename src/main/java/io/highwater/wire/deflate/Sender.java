package io.highwater.wire.deflate;

import io.highwater.limits.Payer;
import io.highwater.wire.FrameForms;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one connection sends, compressed where that pays. Confined to the writer of its wire, but
 * for {@link #giveUpIfIdleSince} and {@link #end}, which any thread may call at any time.
 *
 * <p>A superclass and no object of its own, as that would cost every connection another 32 bytes.
 */
abstract sealed class Sender permits DeflateExtension {
    // A dictionary of its own belongs to whoever has taken it out of the field: to the writer while
    // it works, or to the budget, which throws it away. So an idle one can go at any moment,
    // without
    // a lock. A shared one costs nothing, so the budget leaves it to the writer.

    private static final VarHandle DICTIONARY;

    static {
        try {
            DICTIONARY =
                    MethodHandles.lookup()
                            .findVarHandle(Sender.class, "dictionary", Dictionary.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** After so many messages in a row that gained next to nothing, trying stops for a while. */
    private static final int POOR_TRIALS = 8;

    private static final short FIRST_PAUSE = 64;
    private static final short LONGEST_PAUSE = 4096;

    final PermessageDeflate node;
    final Agreement agreement;

    /** Null while the writer has one that the budget may take. */
    private volatile @Nullable Dictionary dictionary = SharedDictionary.EMPTY;

    /** How many messages are still sent as they are. */
    private short pause;

    private short nextPause = FIRST_PAUSE;
    private byte poorTrials;
    private volatile boolean ended;

    /** Whether the message whose fragments are being sent began compressed. */
    private boolean fragmentsCompressed;

    Sender(PermessageDeflate node, Agreement agreement) {
        this.node = node;
        this.agreement = agreement;
    }

    /** The address that the dictionary is charged to; null before it is known. */
    abstract @Nullable Payer payer();

    /** As {@link io.highwater.wire.WireExtension#outgoing}. */
    final OutboundFrame send(OutboundFrame frame) {
        FrameForms forms = frame.forms();
        if (forms instanceof FrameForms.Joined joined) {
            return sendJoined(frame, joined);
        }
        return sendOne(frame, forms);
    }

    private OutboundFrame sendOne(OutboundFrame frame, @Nullable FrameForms forms) {
        if (forms != null && forms.isPlainOnly()) {
            return frame;
        }
        if (!frame.isWholeMessage()) {
            return sendFragment(frame);
        }
        MessageForm shared = MessageForm.of(node, frame, forms);
        OutboundFrame sent = shared == null ? null : sendShared(shared);
        if (sent == null) {
            return sendOwn(frame);
        }
        // The same bytes, and the one whose form is nobody's own.
        return shared != null && sent == shared.plain() ? frame : sent;
    }

    private OutboundFrame sendJoined(OutboundFrame frame, FrameForms.Joined joined) {
        TurnForm turn = TurnForm.of(node, frame, joined);
        OutboundFrame whole = turn == null ? null : sendShared(turn);
        if (whole != null) {
            return whole;
        }
        List<OutboundFrame> sent = new ArrayList<>(joined.parts().size());
        boolean changed = false;
        for (OutboundFrame part : joined.parts()) {
            OutboundFrame form = sendOne(part, part.forms());
            changed |= form != part;
            sent.add(form);
        }
        return changed ? OutboundFrame.join(sent).with(FrameForms.PLAIN_ONLY) : frame;
    }

    // What many connections share.

    /** Null where this peer's window is too small for what the others get. */
    private @Nullable OutboundFrame sendShared(SharedForm form) {
        if (node.budget().step() == BudgetStep.OFF || !form.isWorthIt()) {
            return form.plain();
        }
        int windowBytes = agreement.serverWindowBytes();
        if (form.longestBytes() > windowBytes) {
            return null;
        }
        if (agreement.server() == ContextTakeover.NO_TAKEOVER) {
            OutboundFrame fresh = form.fresh();
            return fresh.bytes() < form.plain().bytes() ? count(fresh, form) : form.plain();
        }
        Dictionary before = take();
        int ownBytes = before.ownBytes();
        Dictionary after = SharedDictionary.EMPTY;
        OutboundFrame sent;
        try {
            SharedDictionary base = form.base();
            SharedDictionary next = form.next();
            boolean chained =
                    base != null
                            && (before == base || base == SharedDictionary.EMPTY)
                            && base.length() + form.textBytes() <= windowBytes;
            sent = chained ? form.chained() : form.fresh();
            if (sent == form.plain()) {
                after = before;
            } else {
                after =
                        next == null
                                ? grown(before, form::appendedTo)
                                : onChannels(before, form, next);
            }
        } finally {
            keep(ownBytes, after);
        }
        return sent == form.plain() ? sent : count(sent, form);
    }

    /** Counts how much of the channel's dictionary the peer has now: it may soon have all of it. */
    private static Dictionary onChannels(
            Dictionary before, SharedForm form, SharedDictionary next) {
        int had = 0;
        if (before == form.base()) {
            had = before.length();
        } else if (before instanceof DictionarySuffix suffix && suffix.of() == form.base()) {
            had = suffix.length();
        }
        return DictionarySuffix.of(next, had + form.textBytes());
    }

    private OutboundFrame count(OutboundFrame sent, SharedForm form) {
        node.sent(form.plain().bytes(), sent.bytes());
        return sent;
    }

    // What this connection has for itself.

    private OutboundFrame sendOwn(OutboundFrame frame) {
        ByteBuffer text = frame.payload();
        if (!mayTry(text)) {
            return frame;
        }
        Dictionary before = take();
        int ownBytes = before.ownBytes();
        Dictionary after = SharedDictionary.EMPTY;
        OutboundFrame sent;
        try {
            sent =
                    node.deflate(
                            before,
                            frame.opcode(),
                            text,
                            agreement.serverWindowBytes(),
                            text.remaining() - 1);
            after = sent == null ? before : grown(before, text);
        } finally {
            keep(ownBytes, after);
        }
        judge(frame, sent);
        if (sent == null) {
            return frame;
        }
        node.sent(frame.bytes(), sent.bytes());
        return sent;
    }

    private boolean mayTry(ByteBuffer text) {
        if (node.budget().step() == BudgetStep.OFF || !node.isWorthTrying(text)) {
            return false;
        }
        if (pause > 0) {
            pause--;
            return false;
        }
        return true;
    }

    private void judge(OutboundFrame plain, @Nullable OutboundFrame sent) {
        boolean poor = sent == null || sent.bytes() > plain.bytes() - plain.bytes() / 16;
        if (!poor) {
            poorTrials = 0;
            nextPause = FIRST_PAUSE;
        } else if (++poorTrials == POOR_TRIALS) {
            poorTrials = 0;
            pause = nextPause;
            nextPause = (short) Math.min(LONGEST_PAUSE, 2 * nextPause);
        }
    }

    /** All fragments of a message follow the first: RSV1 stands there (RFC 7692 section 6.1). */
    private OutboundFrame sendFragment(OutboundFrame frame) {
        ByteBuffer text = frame.payload();
        Opcode opcode = frame.opcode();
        if (opcode != Opcode.CONTINUATION) {
            fragmentsCompressed = mayTry(text);
        }
        if (!fragmentsCompressed) {
            return frame;
        }
        Dictionary before = take();
        int ownBytes = before.ownBytes();
        Dictionary after = SharedDictionary.EMPTY;
        OutboundFrame sent;
        try {
            sent = node.deflateFragment(before, frame, agreement.serverWindowBytes());
            after = grown(before, text);
        } finally {
            keep(ownBytes, after);
        }
        node.sent(frame.bytes(), sent.bytes());
        return sent;
    }

    // The dictionary that the next message refers to.

    private Dictionary take() {
        Dictionary present = dictionary;
        if (present instanceof OwnDictionary) {
            present = (Dictionary) DICTIONARY.getAndSet(this, null);
        }
        // Null where an error struck within keep() itself.
        return present == null ? SharedDictionary.EMPTY : present;
    }

    @FunctionalInterface
    private interface Append {
        Dictionary to(Dictionary dictionary, int maxBytes);
    }

    private Dictionary grown(Dictionary before, ByteBuffer text) {
        return grown(before, (dictionary, most) -> dictionary.append(text, most));
    }

    private Dictionary grown(Dictionary before, Append message) {
        if (agreement.contextBytes() == 0) {
            return SharedDictionary.EMPTY;
        }
        int most = agreement.contextBytes();
        if (!node.budget().mayGrow(payer())) {
            most = Math.min(most, before instanceof OwnDictionary own ? own.room() : 0);
        }
        return most == 0 ? SharedDictionary.EMPTY : message.to(before, most);
    }

    /**
     * Puts the dictionary back, after the message. Where an error struck in the middle of a
     * message, {@code after} is {@link SharedDictionary#EMPTY}, so that what was charged is given
     * back.
     */
    private void keep(int ownBytesBefore, Dictionary after) {
        int grownBytes = after.ownBytes() - ownBytesBefore;
        if (grownBytes != 0) {
            account(ownBytesBefore, after.ownBytes());
        }
        if (after instanceof OwnDictionary own) {
            own.usedAt(node.budget().nowNanos());
        }
        dictionary = after;
        if (ended) {
            giveUpAnyway();
        }
    }

    private void account(int before, int after) {
        node.budget().add(payer(), after - before);
        if (before == 0) {
            node.budget().join(this);
        } else if (after == 0) {
            node.budget().leave(this);
        }
    }

    /**
     * The budget takes the dictionary of this connection, if that is its own and no message was
     * sent with it since then.
     */
    final void giveUpIfIdleSince(long sinceNanos) {
        if (dictionary instanceof OwnDictionary own && own.usedNanos() - sinceNanos <= 0) {
            giveUp(own);
        }
    }

    private void giveUp(OwnDictionary own) {
        // Leaves first, as the writer joins when it grows a new dictionary.
        node.budget().leave(this);
        if (DICTIONARY.compareAndSet(this, own, SharedDictionary.EMPTY)) {
            node.budget().add(payer(), -own.ownBytes());
        } else if (!ended) {
            node.budget().join(this);
            if (ended) {
                node.budget().leave(this);
            }
        }
    }

    /** The wire is over. */
    final void end() {
        ended = true;
        giveUpAnyway();
        // A thread that tried to give up what another just gave up has joined for nothing.
        node.budget().leave(this);
    }

    final boolean hasEnded() {
        return ended;
    }

    private void giveUpAnyway() {
        if (dictionary instanceof OwnDictionary own) {
            giveUp(own);
        }
    }
}
