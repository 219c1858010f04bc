package io.highwater.endpoint.remote;

import io.highwater.outbound.Parts;
import io.highwater.outbound.SendCompletion;
import io.highwater.outbound.SlowConsumerException;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One message that may be sent in parts, or in one frame if its last bytes come first. From its
 * first part to its last, all other messages wait in the session's queue.
 *
 * <p>Used by one thread at a time, but each part may come from another thread.
 */
final class OutgoingMessage {
    private static final CloseStatus ENDED_HALFWAY =
            new CloseStatus(CloseStatus.INTERNAL_ERROR, "a message ended halfway");

    private final SendingSession session;
    private final Opcode kind;
    private final Parts parts = new Parts();
    private boolean begun;

    /**
     * The thread that sent the last part; other messages of that thread would wait for themselves.
     */
    private volatile @Nullable Thread sender;

    /**
     * @param kind TEXT or BINARY
     */
    OutgoingMessage(SendingSession session, Opcode kind) {
        this.session = session;
        this.kind = kind;
    }

    Opcode kind() {
        return kind;
    }

    boolean hasBegun() {
        return begun;
    }

    boolean isOfThisThread() {
        return sender == Thread.currentThread();
    }

    /**
     * Sends a part that is not the last; returns when the transport has taken it.
     *
     * @throws SlowConsumerException if refused; a refused first part has begun nothing
     * @throws IllegalStateException if this thread has begun another message
     */
    void part(ByteBuffer payload) throws IOException {
        boolean first = !begun;
        SendFuture sent = new SendFuture();
        send(OutboundFrame.Fin.MORE, payload, sent);
        try {
            sent.await();
        } catch (SlowConsumerException e) {
            if (first) {
                begun = false;
                session.partsUnderWay().leave(this);
            }
            throw e;
        }
    }

    /**
     * Sends the last part, or the whole message in one frame if there was no other part.
     *
     * @param timeoutMillis for a message in one frame, as in {@link SendingSession#send}
     */
    void last(ByteBuffer payload, SendCompletion completion, long timeoutMillis) {
        if (begun) {
            send(OutboundFrame.Fin.LAST, payload, completion);
            session.partsUnderWay().leave(this);
        } else {
            session.send(OutboundFrame.of(kind, payload), completion, timeoutMillis);
        }
    }

    /**
     * The same for callers that will not try again: if the last part is refused, all other messages
     * would wait for it without end, so the session ends.
     */
    void lastOrEnd(ByteBuffer payload, SendCompletion completion, long timeoutMillis) {
        SendCompletion told =
                new SendCompletion() {
                    @Override
                    public void onWritten() {
                        completion.onWritten();
                    }

                    @Override
                    public void onFailed(Throwable cause) {
                        abandon();
                        completion.onFailed(cause);
                    }
                };
        last(payload, begun ? told : completion, timeoutMillis);
    }

    /** The last part was refused and may be sent again; until then other messages wait. */
    void stays() {
        session.partsUnderWay().enter(this);
    }

    private void send(OutboundFrame.Fin fin, ByteBuffer payload, SendCompletion completion) {
        session.partsUnderWay().enter(this);
        sender = Thread.currentThread();
        Opcode opcode = begun ? Opcode.CONTINUATION : kind;
        begun = true;
        session.sendPart(OutboundFrame.fragment(opcode, fin, payload), parts, completion);
    }

    /** There will be no last part: if the peer already has a part, the session ends. */
    void abandon() {
        if (begun) {
            session.partsUnderWay().leave(this);
            session.giveUp(ENDED_HALFWAY);
        }
    }
}
