package io.highwater.bench.jetty;

import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;

/** Sends back what came. */
@ServerEndpoint("/v1/echo")
public final class EchoEndpoint {
    @OnMessage
    public void onText(String text, Session session) {
        session.getAsyncRemote().sendText(text);
    }
}
