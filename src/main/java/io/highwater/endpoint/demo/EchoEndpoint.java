package io.highwater.endpoint.demo;

import io.highwater.endpoint.MaxMessage;
import io.highwater.endpoint.Outbound;
import io.highwater.outbound.OverflowPolicy;
import jakarta.enterprise.context.Dependent;
import jakarta.websocket.OnMessage;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.ByteBuffer;

/**
 * Sends every message back. While a client sends faster than it reads, nothing is read from it
 * until its queue is down again.
 */
@Dependent
@ServerEndpoint("/v1/echo")
@MaxMessage(bytes = 1 << 20)
@Outbound(policy = OverflowPolicy.PAUSE)
public class EchoEndpoint {
    @OnMessage
    public void onText(String text, Session session) {
        remote(session).sendText(text);
    }

    @OnMessage
    public void onBinary(ByteBuffer payload, Session session) {
        remote(session).sendBinary(payload);
    }

    private static RemoteEndpoint.Async remote(Session session) {
        return session.getAsyncRemote();
    }
}
