package io.highwater.endpoint;

import io.highwater.wire.WireSettings;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.Behavior;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OutgoingEntry;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.exception.WebSocketTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The part of Jetty's session interface that our engine answers with a constant or a number of its
 * own, so that {@link EndpointSession} holds only what happens.
 */
abstract class JettyCoreSession implements CoreSession {
    /** What Jetty's text sinks size their first buffer by. */
    private static final int INPUT_BUFFER_BYTES = 1024;

    private final WebSocketComponents components;
    private final long nodeMaxMessageBytes;
    private volatile int maxTextBytes;
    private volatile int maxBinaryBytes;

    JettyCoreSession(WireSettings settings, WebSocketComponents components) {
        this.components = components;
        this.nodeMaxMessageBytes = settings.maxMessageBytes();
        this.maxTextBytes = (int) Math.min(nodeMaxMessageBytes, Integer.MAX_VALUE);
        this.maxBinaryBytes = maxTextBytes;
    }

    /** The larger of the two limits changed; the smaller one is Jetty's sinks' to enforce. */
    abstract void onMaxMessageBytes(long bytes);

    abstract @Nullable String query();

    @Override
    public long getMaxTextMessageSize() {
        return maxTextBytes;
    }

    @Override
    public void setMaxTextMessageSize(long bytes) {
        maxTextBytes = limit(bytes);
        onMaxMessageBytes(Math.max(maxTextBytes, maxBinaryBytes));
    }

    @Override
    public long getMaxBinaryMessageSize() {
        return maxBinaryBytes;
    }

    @Override
    public void setMaxBinaryMessageSize(long bytes) {
        maxBinaryBytes = limit(bytes);
        onMaxMessageBytes(Math.max(maxTextBytes, maxBinaryBytes));
    }

    /** Jakarta's -1 and 0 mean "no limit"; here they mean the node's. */
    private int limit(long bytes) {
        return (int) Math.min(bytes <= 0 ? nodeMaxMessageBytes : bytes, Integer.MAX_VALUE);
    }

    @Override
    public Map<String, List<String>> getParameterMap() {
        return EndpointHandshake.parameters(query());
    }

    @Override
    public String getProtocolVersion() {
        return "13";
    }

    @Override
    public Behavior getBehavior() {
        return Behavior.SERVER;
    }

    @Override
    public WebSocketComponents getWebSocketComponents() {
        return components;
    }

    @Override
    public ByteBufferPool getByteBufferPool() {
        return components.getByteBufferPool();
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() {
        return null;
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() {
        return null;
    }

    @Override
    public boolean isRsv1Used() {
        return false;
    }

    @Override
    public boolean isRsv2Used() {
        return false;
    }

    @Override
    public boolean isRsv3Used() {
        return false;
    }

    /** Nothing of Jetty's sends. */
    @Override
    public void sendFrame(OutgoingEntry entry) {
        throw new IllegalStateException("frames go by the session's queue");
    }

    /** Frames leave as soon as the transport takes them. */
    @Override
    public void flush(Callback callback) {
        callback.succeeded();
    }

    @Override
    public void close(Callback callback) {
        close(org.eclipse.jetty.websocket.core.CloseStatus.NO_CODE, null, callback);
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        throw new IllegalStateException("frames come from the wire");
    }

    /** Keepalive decides about idleness. */
    @Override
    public void addIdleTimeoutListener(Predicate<WebSocketTimeoutException> listener) {}

    @Override
    public boolean isAutoFragment() {
        return false;
    }

    @Override
    public void setAutoFragment(boolean autoFragment) {}

    @Override
    public long getMaxFrameSize() {
        return 0;
    }

    @Override
    public void setMaxFrameSize(long bytes) {}

    @Override
    public int getOutputBufferSize() {
        return INPUT_BUFFER_BYTES;
    }

    @Override
    public void setOutputBufferSize(int bytes) {}

    @Override
    public int getInputBufferSize() {
        return INPUT_BUFFER_BYTES;
    }

    @Override
    public void setInputBufferSize(int bytes) {}

    @Override
    public int getMaxOutgoingFrames() {
        return -1;
    }

    @Override
    public void setMaxOutgoingFrames(int frames) {}
}
