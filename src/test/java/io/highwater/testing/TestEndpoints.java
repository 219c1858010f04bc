package io.highwater.testing;

import io.highwater.endpoint.Outbound;
import io.highwater.outbound.OverflowPolicy;
import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.Dependent;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Endpoints that misbehave on request; the foreign clients' scripts say what they rely on. */
public final class TestEndpoints {
    private TestEndpoints() {}

    /** Blocks for the milliseconds a message starts with, then answers with that number. */
    @Dependent
    @ServerEndpoint("/test/block")
    public static class Block {
        @OnMessage
        public String onText(String text) {
            String millis = text.split(" ", 2)[0];
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Long.parseLong(millis));
            while (System.nanoTime() - end < 0) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
            return millis;
        }
    }

    /**
     * To "COUNT BYTES": that many binary messages of that length, each starting with its number.
     */
    @Dependent
    @ServerEndpoint("/test/flood")
    @Outbound(policy = OverflowPolicy.PAUSE)
    public static class Flood {
        @OnMessage
        public void onText(String text, Session session) {
            String[] words = text.split(" ");
            int bytes = Integer.parseInt(words[1]);
            for (int i = 0; i < Integer.parseInt(words[0]); i++) {
                session.getAsyncRemote().sendBinary(ByteBuffer.allocate(bytes).putInt(0, i));
            }
        }
    }

    /** Answers each message with the name of its client, or "nobody". */
    @Dependent
    @ServerEndpoint(value = "/test/who", subprotocols = "test.who")
    public static class Who {
        @OnMessage
        public String onText(String text, Session session) {
            return session.getUserPrincipal() == null
                    ? "nobody"
                    : session.getUserPrincipal().getName();
        }
    }

    /** For those with the role "desk"; some of its messages are for others. */
    @Dependent
    @ServerEndpoint("/test/desk")
    @RolesAllowed({"desk", "chief"})
    public static class Desk {
        @OnMessage
        public String onText(String text, Session session) {
            return text + " " + session.getUserProperties().get("io.highwater.claims");
        }

        @OnMessage
        @RolesAllowed("chief")
        public String onBytes(ByteBuffer bytes) {
            return "bytes";
        }

        @OnError
        public void onError(Throwable failure, Session session) throws IOException {
            session.getBasicRemote().sendText(failure.getClass().getSimpleName());
        }
    }

    /** For nobody. */
    @Dependent
    @ServerEndpoint("/test/denied")
    @DenyAll
    public static class Denied {}

    /** For everybody who is known; has no @OnError. */
    @Dependent
    @ServerEndpoint("/test/known")
    @RolesAllowed("**")
    public static class KnownOnes {
        @OnMessage
        @DenyAll
        public void onText(String text) {}
    }

    /** Says nothing of its own: a test in the same JVM finds its open sessions by name. */
    @Dependent
    @ServerEndpoint("/test/named/{name}")
    public static class Named {
        private static final Map<String, Session> SESSIONS = new ConcurrentHashMap<>();

        /** Those that are open now. */
        public static Map<String, Session> sessions() {
            return Map.copyOf(SESSIONS);
        }

        @OnOpen
        public void onOpen(Session session, @PathParam("name") String name) {
            SESSIONS.put(name, session);
        }

        @OnClose
        public void onClose(@PathParam("name") String name) {
            SESSIONS.remove(name);
        }
    }

    /** The same under LATEST, above a few messages. */
    @Dependent
    @ServerEndpoint("/test/latest/{name}")
    @Outbound(policy = OverflowPolicy.LATEST, highMessages = 60, latestCount = 25)
    public static class LatestNamed {
        @OnOpen
        public void onOpen(Session session, @PathParam("name") String name) {
            Named.SESSIONS.put(name, session);
        }

        @OnClose
        public void onClose(@PathParam("name") String name) {
            Named.SESSIONS.remove(name);
        }
    }

    /** To "CODE REASON": closes with just these. */
    @Dependent
    @ServerEndpoint("/test/close")
    public static class Close {
        @OnMessage
        public void onText(String text, Session session) throws IOException {
            String[] words = text.split(" ", 2);
            session.close(
                    new CloseReason(
                            CloseReason.CloseCodes.getCloseCode(Integer.parseInt(words[0])),
                            words[1]));
        }
    }
}
