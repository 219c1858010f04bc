package io.highwater.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.testing.FrameClient;
import io.highwater.testing.FrameClient.Protocol;
import jakarta.websocket.CloseReason;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The rows of Session, and of CloseReason. */
final class SessionContract {
    private SessionContract() {}

    static void rows(ContractTest.Table table) {
        life(table);
        handlers(table);
        request(table);
        limits(table);
        ended(table);
        closeReason(table);
    }

    private static void life(ContractTest.Table table) {
        table.held(
                        "Session.getContainer()",
                        "one container for all endpoints of an application",
                        peer -> {
                            try (FrameClient one = peer.open("/contract/a");
                                    FrameClient two = peer.open("/contract/other/b")) {
                                assertThat(peer.session(one).getContainer())
                                        .isNotNull()
                                        .isSameAs(peer.session(two).getContainer());
                            }
                        })
                .held(
                        "Session.isOpen()",
                        "true until the session is closed, by whomever",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/a")) {
                                Session session = peer.session(client);
                                assertThat(session.isOpen()).isTrue();
                                session.close();
                                assertThat(session.isOpen()).isFalse();
                            }
                            try (FrameClient client = peer.open("/contract/hasty/close")) {
                                client.nextClose();
                            }
                            assertThat(next(ContractEndpoints.Hasty.OPEN)).isTrue();
                            assertThat(next(ContractEndpoints.Hasty.OPEN)).isFalse();
                            assertThat(peer.ended().isOpen()).isFalse();
                        })
                .held(
                        "Session.getId()",
                        "unique, and the same at each call",
                        peer -> {
                            try (FrameClient one = peer.open("/contract/a");
                                    FrameClient two = peer.open("/contract/a")) {
                                String id = peer.answer(one, Session::getId);
                                assertThat(peer.answer(one, Session::getId)).isEqualTo(id);
                                assertThat(peer.answer(two, Session::getId)).isNotEqualTo(id);
                            }
                        })
                .held(
                        "Session.close()",
                        "1000 without a phrase; a second one has no effect; onClose is called",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/twice")) {
                                client.text(
                                        ContractEndpoints.ask(
                                                session -> {
                                                    session.close();
                                                    session.close();
                                                    return null;
                                                }));
                                FrameClient.Frame close = client.nextClose();
                                assertThat(close.closeCode()).isEqualTo(1000);
                                assertThat(close.closeReason()).isEmpty();
                                client.sendClose(1000, "");
                            }
                            assertThat(next(ContractEndpoints.ended("twice")))
                                    .isEqualTo("1000 false");
                            peer.ended().close();
                        })
                .held(
                        "Session.close(CloseReason)",
                        "its code and phrase go out; a code that may not go out is heard here;"
                                + " after the end it has no effect",
                        peer -> {
                            closesWith(peer, 4321, "bye", 4321);
                            closesWith(peer, 1005, "", 1005);
                            closesWith(peer, 999, "", 1005);
                            peer.ended().close(reason(4000, "late"));
                        })
                .held(
                        "Session.getOpenSessions()",
                        "a copy with all open sessions of the same endpoint, this one too",
                        peer -> {
                            try (FrameClient one = peer.open("/contract/other/a");
                                    FrameClient two = peer.open("/contract/other/b");
                                    FrameClient other = peer.open("/contract/a")) {
                                Session a = peer.session(one);
                                Session b = peer.session(two);
                                Session c = peer.session(other);
                                assertThat(a.getOpenSessions()).contains(a, b).doesNotContain(c);
                                Set<Session> copy = a.getOpenSessions();
                                b.close();
                                assertThat(a.getOpenSessions()).doesNotContain(b);
                                assertThat(copy).contains(b);
                            }
                        })
                .held(
                        "Session.getAsyncRemote()",
                        "the same one at each call",
                        peer ->
                                assertThat(
                                                peer.answer(
                                                        own ->
                                                                own.getAsyncRemote()
                                                                        == own.getAsyncRemote()))
                                        .isEqualTo("true"))
                .held(
                        "Session.getBasicRemote()",
                        "the same one at each call",
                        peer ->
                                assertThat(
                                                peer.answer(
                                                        own ->
                                                                own.getBasicRemote()
                                                                        == own.getBasicRemote()))
                                        .isEqualTo("true"));
    }

    private static void closesWith(ContractTest.Peer peer, int code, String phrase, int onTheWire)
            throws Exception {
        try (FrameClient client = peer.open("/contract/ours" + code)) {
            client.text(
                    ContractEndpoints.ask(
                            session -> {
                                session.close(reason(code, phrase));
                                return null;
                            }));
            FrameClient.Frame close = client.nextClose();
            assertThat(close.closeCode()).isEqualTo(onTheWire);
            client.frame(FrameClient.CLOSE, true, close.payload());
        }
        assertThat(next(ContractEndpoints.ended("ours" + code))).startsWith(code + " ");
    }

    private static CloseReason reason(int code, String phrase) {
        return new CloseReason(() -> code, phrase);
    }

    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        return queue.poll(15, TimeUnit.SECONDS);
    }

    /** Takes pongs, of which the endpoint has no method. */
    private static final class Pongs implements MessageHandler.Whole<PongMessage> {
        private final BlockingQueue<String> heard;

        Pongs() {
            this(new LinkedBlockingQueue<>());
        }

        Pongs(BlockingQueue<String> heard) {
            this.heard = heard;
        }

        @Override
        public void onMessage(PongMessage pong) {
            heard.add("pong " + pong.getApplicationData().remaining());
        }
    }

    private static void handlers(ContractTest.Table table) {
        table.held(
                        "Session.addMessageHandler(MessageHandler)",
                        "its class says its type; a second for a kind of message, or for the one"
                                + " of a method, is refused; null too",
                        peer -> {
                            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
                            try (FrameClient client = peer.open("/contract/a")) {
                                Session session = peer.session(client);
                                session.addMessageHandler(new Pongs(heard));
                                client.pong("abc");
                                assertThat(next(heard)).isEqualTo("pong 3");
                                ContractTest.throwsIllegalState(
                                        () -> session.addMessageHandler(new Pongs()));
                                MessageHandler.Whole<String> lambda = text -> {};
                                assertThatThrownBy(
                                                () ->
                                                        session.addMessageHandler(
                                                                (MessageHandler) lambda))
                                        .isInstanceOf(RuntimeException.class);
                                assertThatThrownBy(() -> session.addMessageHandler(null))
                                        .isInstanceOf(RuntimeException.class);
                            }
                        })
                .held(
                        "Session.addMessageHandler(Class, Whole)",
                        "a lambda will do; a second for a kind of message is refused",
                        peer -> {
                            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
                            try (FrameClient client = peer.open("/contract/a")) {
                                Session session = peer.session(client);
                                session.addMessageHandler(
                                        ByteBuffer.class,
                                        (ByteBuffer data) ->
                                                heard.add("bytes " + data.remaining()));
                                client.binary(new byte[5]);
                                assertThat(next(heard)).isEqualTo("bytes 5");
                                ContractTest.throwsIllegalState(
                                        () ->
                                                session.addMessageHandler(
                                                        byte[].class, (byte[] bytes) -> {}));
                            }
                        })
                .held(
                        "Session.addMessageHandler(Class, Partial)",
                        "gets each part and whether it is the last; a second is refused",
                        peer -> {
                            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
                            try (FrameClient client = peer.open("/contract/a")) {
                                Session session = peer.session(client);
                                session.addMessageHandler(
                                        byte[].class,
                                        (byte[] part, boolean last) ->
                                                heard.add(part.length + " " + last));
                                client.frame(FrameClient.BINARY, false, new byte[2]);
                                client.frame(FrameClient.CONTINUATION, true, new byte[3]);
                                assertThat(next(heard)).isEqualTo("2 false");
                                assertThat(next(heard)).isEqualTo("3 true");
                                ContractTest.throwsIllegalState(
                                        () ->
                                                session.addMessageHandler(
                                                        String.class,
                                                        (String part, boolean last) -> {}));
                            }
                        })
                .held(
                        "Session.getMessageHandlers()",
                        "an unmodifiable copy",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/a")) {
                                Session session = peer.session(client);
                                Set<MessageHandler> before = session.getMessageHandlers();
                                Pongs pongs = new Pongs();
                                session.addMessageHandler(pongs);
                                assertThat(before).isEmpty();
                                assertThat(session.getMessageHandlers()).containsExactly(pongs);
                                assertThatThrownBy(() -> session.getMessageHandlers().clear())
                                        .isInstanceOf(UnsupportedOperationException.class);
                            }
                        })
                .held(
                        "Session.removeMessageHandler(MessageHandler)",
                        "makes room for another; one that was never added is none",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/a")) {
                                Session session = peer.session(client);
                                Pongs pongs = new Pongs();
                                session.addMessageHandler(pongs);
                                session.removeMessageHandler(pongs);
                                session.removeMessageHandler(pongs);
                                session.addMessageHandler(new Pongs());
                                assertThat(session.getMessageHandlers()).hasSize(1);
                            }
                        });
    }

    private static void request(ContractTest.Table table) {
        table.held(
                        "Session.getProtocolVersion()",
                        "13",
                        peer ->
                                assertThat(peer.answer(Session::getProtocolVersion))
                                        .isEqualTo("13"))
                .held(
                        "Session.getNegotiatedSubprotocol()",
                        "the one agreed on, or the empty string",
                        peer -> {
                            assertThat(peer.answer(own -> own.getNegotiatedSubprotocol() + "."))
                                    .isEqualTo(".");
                            try (FrameClient client =
                                    peer.open(
                                            "/contract/plain/a",
                                            "Sec-WebSocket-Protocol",
                                            "none, two")) {
                                assertThat(peer.answer(client, Session::getNegotiatedSubprotocol))
                                        .isEqualTo("two");
                            }
                        })
                .held(
                        "Session.getNegotiatedExtensions()",
                        "those in use, with their parameters",
                        peer -> {
                            assertThat(peer.answer(Session::getNegotiatedExtensions))
                                    .isEqualTo("[]");
                            try (FrameClient client =
                                    peer.open(
                                            "/contract/plain/a",
                                            "Sec-WebSocket-Extensions",
                                            "permessage-deflate; server_no_context_takeover")) {
                                assertThat(client.header("Sec-WebSocket-Extensions"))
                                        .contains("server_no_context_takeover");
                                assertThat(
                                                peer.session(client)
                                                        .getNegotiatedExtensions()
                                                        .get(0)
                                                        .getParameters())
                                        .anyMatch(
                                                own ->
                                                        own.getName()
                                                                .equals(
                                                                        "server_no_context_takeover"));
                            }
                        })
                .held(
                        "Session.isSecure()",
                        "whether the connection is TLS",
                        peer -> assertThat(peer.answer(Session::isSecure)).isEqualTo("false"))
                .held(
                        "Session.getRequestURI()",
                        "as it came from path to query, with the scheme ws",
                        peer -> {
                            String authority = peer.server().http().getAuthority();
                            for (String target :
                                    List.of(
                                            "/contract/a",
                                            "/contract/%F0%9F%98%80?%F0%9F%98%80=%C3%A9",
                                            "/contract/a;jsessionid=4711?b=1",
                                            "/contract/a%2Bb+c?d=%2B&e=a+b&f=%26",
                                            "/contract/a%20b?",
                                            "/contract/./a?x=1/../2")) {
                                for (Protocol protocol : Protocol.values()) {
                                    try (FrameClient client = peer.open(protocol, target)) {
                                        assertThat(peer.answer(client, Session::getRequestURI))
                                                .isEqualTo("ws://" + authority + target);
                                    }
                                }
                            }
                        })
                .held(
                        "Session.getRequestParameterMap()",
                        "the query's, decoded, in their order; unmodifiable, lists too",
                        peer -> {
                            try (FrameClient client =
                                    peer.open("/contract/a?x=1&y=a%2Bb+c&x=2&z")) {
                                Session session = peer.session(client);
                                assertThat(session.getRequestParameterMap())
                                        .containsOnlyKeys("x", "y", "z")
                                        .containsEntry("x", List.of("1", "2"))
                                        .containsEntry("y", List.of("a+b c"));
                                assertThatThrownBy(
                                                () ->
                                                        session.getRequestParameterMap()
                                                                .put("a", List.of()))
                                        .isInstanceOf(UnsupportedOperationException.class);
                                assertThatThrownBy(
                                                () ->
                                                        session.getRequestParameterMap()
                                                                .get("x")
                                                                .add("3"))
                                        .isInstanceOf(UnsupportedOperationException.class);
                            }
                        })
                .held(
                        "Session.getQueryString()",
                        "as it came, not decoded; null where there is none",
                        peer -> {
                            assertThat(
                                            peer.answer(
                                                    "/contract/a?x=%26&y=a+b%3D",
                                                    Session::getQueryString))
                                    .isEqualTo("x=%26&y=a+b%3D");
                            assertThat(
                                            peer.answer(
                                                    "/contract/a",
                                                    own -> own.getQueryString() == null))
                                    .isEqualTo("true");
                        })
                .held(
                        "Session.getPathParameters()",
                        "the path's, decoded; unmodifiable",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/a%20%2B+%F0%9F%98%80")) {
                                Session session = peer.session(client);
                                assertThat(session.getPathParameters())
                                        .containsOnlyKeys("name")
                                        .containsEntry("name", "a ++\uD83D\uDE00");
                                assertThatThrownBy(() -> session.getPathParameters().put("a", "b"))
                                        .isInstanceOf(UnsupportedOperationException.class);
                            }
                        })
                .held(
                        "Session.getUserProperties()",
                        "the session's own, with what modifyHandshake put there",
                        peer -> {
                            String id =
                                    ContractEndpoints.ask(
                                            (config, request, response) ->
                                                    config.getUserProperties().put("a", "b"));
                            try (FrameClient client = peer.open("/contract/shake/a", "X-Ask", id);
                                    FrameClient other = peer.open("/contract/shake/a")) {
                                assertThat(peer.answer(client, Session::getUserProperties))
                                        .isEqualTo("{a=b}");
                                assertThat(
                                                peer.answer(
                                                        client,
                                                        own -> own.getUserProperties().remove("a")))
                                        .isEqualTo("b");
                                assertThat(peer.answer(other, Session::getUserProperties))
                                        .isEqualTo("{}");
                            }
                        })
                .held(
                        "Session.getUserPrincipal()",
                        "null where nobody is authenticated",
                        peer ->
                                assertThat(peer.answer(own -> own.getUserPrincipal() == null))
                                        .isEqualTo("true"));
    }

    private static void limits(ContractTest.Table table) {
        table.held(
                        "Session.getMaxIdleTimeout()",
                        "what was set; 0 where there is none",
                        peer ->
                                assertThat(
                                                peer.answer(
                                                        own -> {
                                                            long before = own.getMaxIdleTimeout();
                                                            own.setMaxIdleTimeout(60_000);
                                                            long set = own.getMaxIdleTimeout();
                                                            own.setMaxIdleTimeout(-1);
                                                            return before
                                                                    + " "
                                                                    + set
                                                                    + " "
                                                                    + own.getMaxIdleTimeout();
                                                        }))
                                        .isEqualTo("0 60000 0"))
                .held(
                        "Session.setMaxIdleTimeout(long)",
                        "ends a session without messages",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/a")) {
                                client.text(
                                        ContractEndpoints.ask(
                                                own -> {
                                                    own.setMaxIdleTimeout(100);
                                                    return null;
                                                }));
                                assertThat(client.nextClose()).isNotNull();
                            }
                        })
                .held(
                        "Session.getMaxBinaryMessageBufferSize()",
                        "the node's limit, or what was set",
                        peer ->
                                assertThat(
                                                peer.answer(
                                                        own -> {
                                                            int before =
                                                                    own
                                                                            .getMaxBinaryMessageBufferSize();
                                                            own.setMaxBinaryMessageBufferSize(17);
                                                            return before
                                                                    + " "
                                                                    + own
                                                                            .getMaxBinaryMessageBufferSize();
                                                        }))
                                        .isEqualTo("65536 17"))
                .held(
                        "Session.setMaxBinaryMessageBufferSize(int)",
                        "a longer message ends the session with 1009",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/a")) {
                                Session session = peer.session(client);
                                session.setMaxBinaryMessageBufferSize(10);
                                session.addMessageHandler(byte[].class, (byte[] bytes) -> {});
                                client.binary(new byte[10]);
                                assertThat(peer.answer(client, own -> "on")).isEqualTo("on");
                                assertThat(client.binary(new byte[11]).nextClose().closeCode())
                                        .isEqualTo(1009);
                            }
                        })
                .held(
                        "Session.getMaxTextMessageBufferSize()",
                        "the node's limit, or what was set",
                        peer ->
                                assertThat(
                                                peer.answer(
                                                        own -> {
                                                            int before =
                                                                    own
                                                                            .getMaxTextMessageBufferSize();
                                                            own.setMaxTextMessageBufferSize(17);
                                                            return before
                                                                    + " "
                                                                    + own
                                                                            .getMaxTextMessageBufferSize();
                                                        }))
                                        .isEqualTo("65536 17"))
                .held(
                        "Session.setMaxTextMessageBufferSize(int)",
                        "a longer message ends the session with 1009",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/a")) {
                                assertThat(
                                                peer.answer(
                                                        client,
                                                        own -> {
                                                            own.setMaxTextMessageBufferSize(20);
                                                            return "set";
                                                        }))
                                        .isEqualTo("set");
                                assertThat(client.text("x".repeat(21)).nextClose().closeCode())
                                        .isEqualTo(1009);
                            }
                        });
    }

    /** All methods but those that answer for ever. */
    private static void ended(ContractTest.Table table) {
        Stream.<Map.Entry<String, Consumer<Session>>>of(
                        Map.entry("getContainer()", Session::getContainer),
                        Map.entry(
                                "addMessageHandler(MessageHandler)",
                                own -> own.addMessageHandler(new Pongs())),
                        Map.entry(
                                "addMessageHandler(Class, Whole)",
                                own -> own.addMessageHandler(byte[].class, (byte[] b) -> {})),
                        Map.entry(
                                "addMessageHandler(Class, Partial)",
                                own ->
                                        own.addMessageHandler(
                                                byte[].class, (byte[] b, boolean last) -> {})),
                        Map.entry("getMessageHandlers()", Session::getMessageHandlers),
                        Map.entry(
                                "removeMessageHandler(MessageHandler)",
                                own -> own.removeMessageHandler(new Pongs())),
                        Map.entry("getProtocolVersion()", Session::getProtocolVersion),
                        Map.entry("getNegotiatedSubprotocol()", Session::getNegotiatedSubprotocol),
                        Map.entry("getNegotiatedExtensions()", Session::getNegotiatedExtensions),
                        Map.entry("isSecure()", Session::isSecure),
                        Map.entry("getMaxIdleTimeout()", Session::getMaxIdleTimeout),
                        Map.entry("setMaxIdleTimeout(long)", own -> own.setMaxIdleTimeout(1)),
                        Map.entry(
                                "getMaxBinaryMessageBufferSize()",
                                Session::getMaxBinaryMessageBufferSize),
                        Map.entry(
                                "setMaxBinaryMessageBufferSize(int)",
                                own -> own.setMaxBinaryMessageBufferSize(1)),
                        Map.entry(
                                "getMaxTextMessageBufferSize()",
                                Session::getMaxTextMessageBufferSize),
                        Map.entry(
                                "setMaxTextMessageBufferSize(int)",
                                own -> own.setMaxTextMessageBufferSize(1)),
                        Map.entry("getAsyncRemote()", Session::getAsyncRemote),
                        Map.entry("getBasicRemote()", Session::getBasicRemote),
                        Map.entry("getRequestURI()", Session::getRequestURI),
                        Map.entry("getRequestParameterMap()", Session::getRequestParameterMap),
                        Map.entry("getQueryString()", Session::getQueryString),
                        Map.entry("getPathParameters()", Session::getPathParameters),
                        Map.entry("getUserProperties()", Session::getUserProperties),
                        Map.entry("getUserPrincipal()", Session::getUserPrincipal),
                        Map.entry("getOpenSessions()", Session::getOpenSessions))
                .forEach(
                        method ->
                                table.held(
                                        "Session." + method.getKey(),
                                        "IllegalStateException once onClose is over",
                                        peer -> {
                                            Session over = peer.ended();
                                            ContractTest.throwsIllegalState(
                                                    () -> method.getValue().accept(over));
                                        }));
        table.not(
                        "Session.isOpen()",
                        "IllegalStateException after the end",
                        "it answers false, as `getOpenSessions` tells applications to ask it")
                .not(
                        "Session.getId()",
                        "IllegalStateException after the end",
                        "it answers, since applications forget sessions by it");
    }

    private static void closeReason(ContractTest.Table table) {
        table.held(
                        "CloseReason.getCloseCode()",
                        "onClose hears the peer's code, also one that no list has",
                        peer -> {
                            for (int code : new int[] {1000, 1001, 3000, 4999}) {
                                try (FrameClient client = peer.open("/contract/peers" + code)) {
                                    client.sendClose(code, "").nextClose();
                                }
                                assertThat(next(ContractEndpoints.ended("peers" + code)))
                                        .startsWith(code + " ");
                            }
                        })
                .held(
                        "CloseReason.getReasonPhrase()",
                        "never null",
                        peer -> assertThat(reason(4000, null).getReasonPhrase()).isEmpty())
                .held(
                        "CloseReason.toString()",
                        "names the code",
                        peer -> assertThat(reason(4000, "x").toString()).contains("4000", "x"));
    }
}
