package io.highwater.wire.jetty;

import io.highwater.handshake.Visitor;
import io.highwater.wire.upgrade.Admission;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A handshake on its way through a context. If the context answers by itself, its answer stands. If
 * it lets the handshake pass, its own empty answer is held back, and the handshake is answered when
 * the context is done, with everything that its filters added to the answer's fields. One call at a
 * time, by the servlet specification.
 */
final class GatedHandshake extends Response.Wrapper implements ContextGate.Passage, Callback {
    private final Request request;
    private final Callback callback;
    private final JettyUpgradeRequest upgrade;
    private final Admission admission;

    /** Guarded by this, like the fields below. Null if it has not passed, or failed in doing so. */
    private @Nullable Runnable answer;

    private @Nullable Throwable failure;
    private boolean passed;
    private boolean refused;
    private boolean over;

    /**
     * @param upgrade the same request; {@link JettyUpgradeRequest#of} adds the visitor
     */
    GatedHandshake(
            Request request,
            Response response,
            Callback callback,
            JettyUpgradeRequest upgrade,
            Admission admission) {
        super(request, response);
        this.request = request;
        this.callback = callback;
        this.upgrade = upgrade;
        this.admission = admission;
    }

    void enter(ContextGate gate) {
        try {
            if (!gate.enter(request, this, this, this)) {
                end();
                Response.writeError(request, getWrapped(), callback, HttpStatus.NOT_FOUND_404);
            }
        } catch (Throwable e) {
            end();
            Response.writeError(request, getWrapped(), callback, e);
        }
    }

    /** Called while the context's classes are still available. */
    @Override
    public void pass(Supplier<Visitor> visitor) {
        synchronized (this) {
            if (passed || over || getWrapped().isCommitted()) {
                return;
            }
            passed = true;
        }
        try {
            Runnable made = admission.open(upgrade.of(visitor.get()));
            synchronized (this) {
                answer = made;
            }
        } catch (RuntimeException | Error e) {
            admission.failed(e);
            synchronized (this) {
                failure = e;
            }
        }
    }

    private synchronized boolean isHeld() {
        // A filter may still refuse on the way back.
        refused |= passed && getStatus() >= HttpStatus.MULTIPLE_CHOICES_300;
        return passed && !refused;
    }

    @Override
    public void write(boolean last, ByteBuffer content, Callback written) {
        if (isHeld()) {
            written.succeeded();
        } else {
            super.write(last, content, written);
        }
    }

    @Override
    public boolean isCommitted() {
        return !isHeld() && super.isCommitted();
    }

    /** The context is done. */
    @Override
    public void succeeded() {
        Runnable due = end();
        Throwable thrown;
        boolean held;
        synchronized (this) {
            thrown = failure;
            held = isHeld();
        }
        if (!held) {
            callback.succeeded();
        } else if (thrown != null || due == null) {
            Response.writeError(request, getWrapped(), callback, thrown);
        } else {
            getHeaders().remove(HttpHeader.CONTENT_LENGTH);
            getHeaders().remove(HttpHeader.CONTENT_TYPE);
            due.run();
        }
    }

    @Override
    public void failed(Throwable cause) {
        end();
        callback.failed(cause);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.BLOCKING;
    }

    /**
     * Returns what sends the answer; null if there is nothing to send: then the lease is given
     * back.
     */
    private @Nullable Runnable end() {
        Runnable due;
        boolean first;
        synchronized (this) {
            first = !over;
            over = true;
            due = answer;
        }
        request.removeAttribute(ContextGate.PASSAGE);
        // If there is an answer, the end of its stream gives back what was accepted.
        if (first && due == null) {
            admission.giveUp();
        }
        return due;
    }
}
