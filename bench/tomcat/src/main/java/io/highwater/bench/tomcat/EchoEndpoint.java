package io.highwater.bench.tomcat;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** Returns what came: the container sends it. */
@ServerEndpoint("/v1/echo")
public final class EchoEndpoint {
    @OnMessage
    public String onText(String text) {
        return text;
    }
}
