package io.highwater.endpoint;

import jakarta.websocket.MessageHandler;
import jakarta.websocket.server.ServerEndpointConfig;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketContainer;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketFrameHandler;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketFrameHandlerFactory;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketMessageMetadata;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.messages.MessageSink;
import org.eclipse.jetty.websocket.core.util.MethodHolder;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's frame handler of one session, with our sinks for the message handlers that an endpoint
 * adds by itself. Confined to the session's run.
 */
final class EndpointFrameHandler extends JakartaWebSocketFrameHandler {
    private @Nullable MessageSink addedText;
    private @Nullable MessageSink addedBinary;

    /**
     * An endpoint's methods, bound to it as far as Jetty's factory binds them; null: it has none.
     */
    record Methods(
            @Nullable MethodHolder open,
            @Nullable MethodHolder close,
            @Nullable MethodHolder error,
            @Nullable JakartaWebSocketMessageMetadata text,
            @Nullable JakartaWebSocketMessageMetadata binary,
            @Nullable MethodHolder pong) {}

    EndpointFrameHandler(
            JakartaWebSocketContainer container,
            EndpointSession session,
            Object endpoint,
            Methods methods,
            ServerEndpointConfig config) {
        super(
                container,
                session,
                endpoint,
                methods.open(),
                methods.close(),
                methods.error(),
                methods.text(),
                methods.binary(),
                methods.pong(),
                config);
    }

    @Override
    public <T> void addMessageHandler(Class<T> type, MessageHandler.Whole<T> handler) {
        JakartaWebSocketMessageMetadata textBefore = getTextMetadata();
        JakartaWebSocketMessageMetadata binaryBefore = getBinaryMetadata();
        super.addMessageHandler(type, handler);
        if (getTextMetadata() != textBefore) {
            addedText = ownSink(getTextMetadata());
        }
        if (getBinaryMetadata() != binaryBefore) {
            addedBinary = ownSink(getBinaryMetadata());
        }
    }

    private MessageSink ownSink(JakartaWebSocketMessageMetadata message) {
        message.setSinkClass(MessageSinks.insteadOf(message.getSinkClass()));
        return JakartaWebSocketFrameHandlerFactory.createMessageSink(getSession(), message);
    }

    @Override
    public void removeMessageHandler(MessageHandler handler) {
        super.removeMessageHandler(handler);
        addedText = getTextMetadata() == null ? null : addedText;
        addedBinary = getBinaryMetadata() == null ? null : addedBinary;
    }

    @Override
    public void onText(Frame frame, Callback callback) {
        if (addedText == null) {
            super.onText(frame, callback);
        } else {
            addedText.accept(frame, callback);
        }
    }

    @Override
    public void onBinary(Frame frame, Callback callback) {
        if (addedBinary == null) {
            super.onBinary(frame, callback);
        } else {
            addedBinary.accept(frame, callback);
        }
    }

    /**
     * Whether a message of this kind goes to its method in one piece: not as a stream, not in
     * parts.
     */
    boolean takesWhole(byte opcode) {
        JakartaWebSocketMessageMetadata message =
                opcode == org.eclipse.jetty.websocket.core.OpCode.TEXT
                        ? getTextMetadata()
                        : getBinaryMetadata();
        return message != null && MessageSinks.isWhole(message.getSinkClass());
    }
}
