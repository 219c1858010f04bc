package io.highwater.endpoint;

import java.util.concurrent.Executor;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.util.DecoratedObjectFactory;
import org.eclipse.jetty.websocket.core.WebSocketComponents;

/**
 * What Jetty's Jakarta layer asks its environment for: a buffer pool for its own writers, a factory
 * that makes encoders and decoders. Never started: nothing of it needs to be.
 */
final class EndpointComponents {
    private EndpointComponents() {}

    static WebSocketComponents of(DecoratedObjectFactory codecs, Executor executor) {
        return new WebSocketComponents(
                null, codecs, ByteBufferPool.NON_POOLING, null, null, executor);
    }
}
