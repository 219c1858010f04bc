package io.highwater.endpoint.jetty;

import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.Behavior;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.ExtensionConfig;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OutgoingEntry;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.exception.WebSocketTimeoutException;

/**
 * Jetty's session as its sinks see it, and the callback of each of their frames. The sinks use only
 * the first few methods. The others answer what is true of every session or throw, so that a
 * version of Jetty whose sinks call more of them is noticed. Thread-safe.
 */
final class SinkSession implements CoreSession, Callback {
    /** Text sinks size their first buffer by this. */
    private static final int INPUT_BUFFER_BYTES = 1024;

    private final MessageSinks.Owner owner;
    private final WebSocketComponents components;

    SinkSession(MessageSinks.Owner owner, WebSocketComponents components) {
        this.owner = owner;
        this.components = components;
    }

    @Override
    public void demand() {
        owner.demand();
    }

    /** A frame was taken; the sink itself demands the next one. */
    @Override
    public void succeeded() {}

    @Override
    public void failed(Throwable cause) {
        owner.failed(cause);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.BLOCKING;
    }

    /** A stream sink calls this when the endpoint's method threw. */
    @Override
    public void close(CloseStatus status, Callback callback) {
        if (status.getCause() == null) {
            throw notOfASink("close");
        }
        owner.failed(status.getCause());
        callback.succeeded();
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
    public int getInputBufferSize() {
        return INPUT_BUFFER_BYTES;
    }

    // Methods that no sink calls.

    private static IllegalStateException notOfASink(String method) {
        return new IllegalStateException("Jetty's sinks have not called " + method + " so far");
    }

    @Override
    public String getNegotiatedSubProtocol() {
        throw notOfASink("getNegotiatedSubProtocol");
    }

    @Override
    public List<ExtensionConfig> getNegotiatedExtensions() {
        throw notOfASink("getNegotiatedExtensions");
    }

    @Override
    public Map<String, List<String>> getParameterMap() {
        throw notOfASink("getParameterMap");
    }

    @Override
    public String getProtocolVersion() {
        return "13";
    }

    @Override
    public URI getRequestURI() {
        throw notOfASink("getRequestURI");
    }

    @Override
    public boolean isSecure() {
        throw notOfASink("isSecure");
    }

    @Override
    public Behavior getBehavior() {
        return Behavior.SERVER;
    }

    @Override
    public SocketAddress getLocalAddress() {
        throw notOfASink("getLocalAddress");
    }

    @Override
    public SocketAddress getRemoteAddress() {
        throw notOfASink("getRemoteAddress");
    }

    @Override
    public boolean isInputOpen() {
        throw notOfASink("isInputOpen");
    }

    @Override
    public boolean isOutputOpen() {
        throw notOfASink("isOutputOpen");
    }

    @Override
    public boolean isClosed() {
        throw notOfASink("isClosed");
    }

    @Override
    public void flush(Callback callback) {
        throw notOfASink("flush");
    }

    @Override
    public void close(Callback callback) {
        throw notOfASink("close");
    }

    @Override
    public void close(int code, String reason, Callback callback) {
        throw notOfASink("close");
    }

    @Override
    public void abort() {
        throw notOfASink("abort");
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

    @Override
    public void addIdleTimeoutListener(Predicate<WebSocketTimeoutException> listener) {
        throw notOfASink("addIdleTimeoutListener");
    }

    @Override
    public void sendFrame(OutgoingEntry entry) {
        throw notOfASink("sendFrame");
    }

    @Override
    public void sendFrame(Frame frame, Callback callback, boolean batch) {
        throw notOfASink("sendFrame");
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        throw notOfASink("onFrame");
    }

    @Override
    public Duration getIdleTimeout() {
        return Duration.ZERO;
    }

    @Override
    public void setIdleTimeout(Duration timeout) {
        throw notOfASink("setIdleTimeout");
    }

    @Override
    public boolean isAutoFragment() {
        return false;
    }

    @Override
    public void setAutoFragment(boolean autoFragment) {
        throw notOfASink("setAutoFragment");
    }

    @Override
    public long getMaxFrameSize() {
        return 0;
    }

    @Override
    public void setMaxFrameSize(long bytes) {
        throw notOfASink("setMaxFrameSize");
    }

    @Override
    public int getOutputBufferSize() {
        throw notOfASink("getOutputBufferSize");
    }

    @Override
    public void setOutputBufferSize(int bytes) {
        throw notOfASink("setOutputBufferSize");
    }

    @Override
    public void setInputBufferSize(int bytes) {
        throw notOfASink("setInputBufferSize");
    }

    @Override
    public long getMaxBinaryMessageSize() {
        throw notOfASink("getMaxBinaryMessageSize");
    }

    @Override
    public void setMaxBinaryMessageSize(long bytes) {
        throw notOfASink("setMaxBinaryMessageSize");
    }

    @Override
    public long getMaxTextMessageSize() {
        throw notOfASink("getMaxTextMessageSize");
    }

    @Override
    public void setMaxTextMessageSize(long bytes) {
        throw notOfASink("setMaxTextMessageSize");
    }

    @Override
    public int getMaxOutgoingFrames() {
        throw notOfASink("getMaxOutgoingFrames");
    }

    @Override
    public void setMaxOutgoingFrames(int frames) {
        throw notOfASink("setMaxOutgoingFrames");
    }
}
