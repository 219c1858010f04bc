package io.highwater.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.FrameClient;
import io.highwater.testing.FrameClient.Protocol;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Extension;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The rows of the opening handshake, its two sides and its configurator. */
final class HandshakeContract {
    private HandshakeContract() {}

    static void rows(ContractTest.Table table) {
        request(table);
        response(table);
        configurator(table);
        config(table);
    }

    private static void request(ContractTest.Table table) {
        table.held(
                        "HandshakeRequest.getHeaders()",
                        "all that came, names in any case; read only; good after the handshake, too",
                        peer -> {
                            assertThat(
                                            peer.shake(
                                                    "/contract/shake/a",
                                                    (config, request, response) ->
                                                            request.getHeaders().get("x-OWN"),
                                                    "X-Own",
                                                    "1",
                                                    "x-own",
                                                    "2"))
                                    .isEqualTo("[1, 2]");
                            for (ContractEndpoints.HandshakeQuestion question :
                                    List.<ContractEndpoints.HandshakeQuestion>of(
                                            (config, request, response) ->
                                                    request.getHeaders().put("a", List.of()),
                                            (config, request, response) ->
                                                    request.getHeaders().remove("X-Ask"),
                                            (config, request, response) ->
                                                    request.getHeaders().get("X-Ask").add("b"))) {
                                assertThat(peer.shake("/contract/shake/a", question))
                                        .contains("UnsupportedOperationException");
                            }
                            String id =
                                    ContractEndpoints.ask(
                                            (config, request, response) ->
                                                    config.getUserProperties()
                                                            .put("request", request));
                            try (FrameClient client =
                                    peer.open("/contract/shake/a?b=c", "X-Ask", id)) {
                                assertThat(peer.answer(client, own -> kept(own))).isEqualTo(id);
                            }
                        })
                .held(
                        "HandshakeRequest.getUserPrincipal()",
                        "null where nobody is authenticated",
                        peer ->
                                assertThat(
                                                peer.shake(
                                                        "/contract/shake/a",
                                                        (config, request, response) ->
                                                                request.getUserPrincipal()))
                                        .isEqualTo("null"))
                .held(
                        "HandshakeRequest.isUserInRole(String)",
                        "false where nobody is authenticated",
                        peer ->
                                assertThat(
                                                peer.shake(
                                                        "/contract/shake/a",
                                                        (config, request, response) ->
                                                                request.isUserInRole("any")))
                                        .isEqualTo("false"))
                .held(
                        "HandshakeRequest.getHttpSession()",
                        "null where there is none",
                        peer ->
                                assertThat(
                                                peer.shake(
                                                        "/contract/shake/a",
                                                        (config, request, response) ->
                                                                request.getHttpSession()))
                                        .isEqualTo("null"))
                .held(
                        "HandshakeRequest.getRequestURI()",
                        "that of the session",
                        peer ->
                                assertThat(
                                                peer.shake(
                                                        "/contract/shake/%F0%9F%98%80;a=b?c=%2B",
                                                        (config, request, response) ->
                                                                request.getRequestURI()))
                                        .isEqualTo(
                                                "ws://"
                                                        + peer.server().http().getAuthority()
                                                        + "/contract/shake/%F0%9F%98%80;a=b?c=%2B"))
                .held(
                        "HandshakeRequest.getParameterMap()",
                        "the query's, and the path's as the TCK wants; unmodifiable",
                        peer -> {
                            assertThat(
                                            peer.shake(
                                                    "/contract/shake/of%20path?a=1&a=2",
                                                    (config, request, response) ->
                                                            request.getParameterMap().get("a")
                                                                    + " "
                                                                    + request.getParameterMap()
                                                                            .get("name")))
                                    .isEqualTo("[1, 2] [of path]");
                            assertThat(
                                            peer.shake(
                                                    "/contract/shake/p?name=q",
                                                    (config, request, response) ->
                                                            request.getParameterMap().get("name")))
                                    .isEqualTo("[p, q]");
                            assertThat(
                                            peer.shake(
                                                    "/contract/shake/a",
                                                    (config, request, response) ->
                                                            request.getParameterMap()
                                                                    .put("b", List.of())))
                                    .contains("UnsupportedOperationException");
                        })
                .held(
                        "HandshakeRequest.getQueryString()",
                        "as it came, not decoded; null where there is none",
                        peer -> {
                            assertThat(
                                            peer.shake(
                                                    "/contract/shake/a?x=%26&y=a+b",
                                                    (config, request, response) ->
                                                            request.getQueryString()))
                                    .isEqualTo("x=%26&y=a+b");
                            assertThat(
                                            peer.shake(
                                                    "/contract/shake/a",
                                                    (config, request, response) ->
                                                            request.getQueryString()))
                                    .isEqualTo("null");
                        });
    }

    private static Object kept(Session session) {
        HandshakeRequest request = (HandshakeRequest) session.getUserProperties().get("request");
        assertThat(request.getQueryString()).isEqualTo("b=c");
        return request.getHeaders().get("x-ask").get(0);
    }

    private static void response(ContractTest.Table table) {
        table.held(
                        "HandshakeResponse.getHeaders()",
                        "what the answer says, names in any case; what is put there goes out, a"
                                + " subprotocol if it was offered",
                        peer -> {
                            String offer = "permessage-deflate; client_max_window_bits";
                            String id =
                                    ContractEndpoints.ask(
                                            (config, request, response) -> {
                                                List<Object> seen = new ArrayList<>();
                                                for (String name :
                                                        List.of(
                                                                "upgrade",
                                                                "CONNECTION",
                                                                "sec-websocket-accept",
                                                                "sec-websocket-protocol")) {
                                                    seen.add(response.getHeaders().get(name));
                                                }
                                                seen.add(
                                                        response.getHeaders()
                                                                .containsKey(
                                                                        "Sec-Websocket-Extensions"));
                                                response.getHeaders()
                                                        .put("X-Own", List.of("1", "2"));
                                                response.getHeaders()
                                                        .put(
                                                                "sec-websocket-PROTOCOL",
                                                                List.of("two"));
                                                return seen;
                                            });
                            try (FrameClient client =
                                    peer.open(
                                            "/contract/shake/a",
                                            "X-Ask",
                                            id,
                                            "Sec-WebSocket-Protocol",
                                            "one, two",
                                            "Sec-WebSocket-Extensions",
                                            offer)) {
                                assertThat(ContractEndpoints.answer(id))
                                        .startsWith("[[websocket], [Upgrade], [")
                                        .endsWith("], [one], true]");
                                assertThat(client.header("X-Own")).isEqualTo("1");
                                assertThat(client.header("Sec-WebSocket-Protocol"))
                                        .isEqualTo("two");
                                Session session = peer.session(client);
                                assertThat(session.getNegotiatedSubprotocol()).isEqualTo("two");
                            }
                            putsTheRequestsOwn(peer);
                            removesTheSubprotocol(peer);
                        })
                .not(
                        "HandshakeResponse.getHeaders()",
                        "all may be changed",
                        "Connection, Upgrade, the body's headers and all Sec-WebSocket ones but"
                                + " the subprotocol stay as negotiated, and a subprotocol that was"
                                + " not offered is ignored: no client would take the answer");
    }

    /** As the TCK does, Host, keys and all. */
    private static void putsTheRequestsOwn(ContractTest.Peer peer) {
        for (Protocol protocol : Protocol.values()) {
            String id =
                    ContractEndpoints.ask(
                            (config, request, response) -> {
                                response.getHeaders().putAll(request.getHeaders());
                                response.getHeaders()
                                        .put("Sec-WebSocket-Protocol", List.of("unknown"));
                                return null;
                            });
            try (FrameClient client =
                    peer.open(
                            protocol,
                            "/contract/shake/a",
                            "X-Ask",
                            id,
                            "Sec-WebSocket-Protocol",
                            "three")) {
                assertThat(client.header("X-Ask")).isEqualTo(id);
                assertThat(client.header("Sec-WebSocket-Key")).isNull();
                assertThat(client.header("Sec-WebSocket-Protocol")).isEqualTo("three");
                assertThat(peer.answer(client, own -> "good")).isEqualTo("good");
            }
        }
    }

    private static void removesTheSubprotocol(ContractTest.Peer peer) {
        String id =
                ContractEndpoints.ask(
                        (config, request, response) ->
                                response.getHeaders().remove("sec-websocket-protocol"));
        try (FrameClient client =
                peer.open("/contract/shake/a", "X-Ask", id, "Sec-WebSocket-Protocol", "one")) {
            assertThat(client.header("Sec-WebSocket-Protocol")).isNull();
            assertThat(peer.answer(client, own -> own.getNegotiatedSubprotocol() + "."))
                    .isEqualTo(".");
        }
    }

    private static void configurator(ContractTest.Table table) {
        String type = "ServerEndpointConfig.Configurator.";
        table.held(
                        type + "getContainerDefaultConfigurator()",
                        "the platform's default",
                        peer ->
                                assertThat(
                                                new ContractEndpoints.Asking()
                                                        .getContainerDefaultConfigurator()
                                                        .getNegotiatedSubprotocol(
                                                                List.of("a", "b"),
                                                                List.of("c", "b", "a")))
                                        .isEqualTo("b"))
                .held(
                        type + "getNegotiatedSubprotocol(List, List)",
                        "its answer goes out; the default is the first that the client sent and"
                                + " the endpoint has",
                        peer -> {
                            for (String path : List.of("/contract/plain/a", "/contract/shake/a")) {
                                try (FrameClient client =
                                        peer.open(
                                                path, "Sec-WebSocket-Protocol", "none, two, one")) {
                                    assertThat(client.header("Sec-WebSocket-Protocol"))
                                            .isEqualTo("two");
                                }
                            }
                            assertThat(ContractEndpoints.Asking.supported)
                                    .containsExactly("one", "two", "three");
                        })
                .held(
                        type + "getNegotiatedExtensions(List, List)",
                        "what it leaves out is not agreed on; it hears what is installed",
                        peer -> {
                            try (FrameClient client =
                                    peer.open(
                                            "/contract/shake/a",
                                            "Sec-WebSocket-Extensions",
                                            "unknown, permessage-deflate")) {
                                assertThat(client.header("Sec-WebSocket-Extensions"))
                                        .startsWith("permessage-deflate");
                            }
                            assertThat(ContractEndpoints.Asking.installed)
                                    .extracting(Extension::getName)
                                    .containsExactly("permessage-deflate");
                            try (FrameClient client =
                                    peer.open(
                                            "/contract/shake/a",
                                            "Sec-WebSocket-Extensions",
                                            "permessage-deflate; server_max_window_bits=10")) {
                                assertThat(client.header("Sec-WebSocket-Extensions")).isNull();
                                assertThat(peer.answer(client, Session::getNegotiatedExtensions))
                                        .isEqualTo("[]");
                            }
                        })
                .not(
                        type + "getNegotiatedExtensions(List, List)",
                        "any extension of the application's own",
                        "only `permessage-deflate` is installed; the parameters of an answer are"
                                + " the server's, from what was offered")
                .held(
                        type + "checkOrigin(String)",
                        "its answer counts; super's is what the node's own rule says",
                        peer -> {
                            try (FrameClient mine =
                                            FrameClient.open(
                                                    Protocol.HTTP1,
                                                    peer.server(),
                                                    "/contract/shake/a",
                                                    "Origin",
                                                    "https://contract.example");
                                    FrameClient same =
                                            FrameClient.open(
                                                    Protocol.HTTP1,
                                                    peer.server(),
                                                    "/contract/shake/a",
                                                    "Origin",
                                                    peer.server().http().toString());
                                    FrameClient other =
                                            FrameClient.open(
                                                    Protocol.HTTP1,
                                                    peer.server(),
                                                    "/contract/shake/a",
                                                    "Origin",
                                                    "https://evil.example")) {
                                assertThat(mine.status()).isEqualTo(101);
                                assertThat(same.status()).isEqualTo(101);
                                assertThat(other.status()).isEqualTo(403);
                            }
                        })
                .held(
                        type
                                + "modifyHandshake(ServerEndpointConfig, HandshakeRequest,"
                                + " HandshakeResponse)",
                        "called once for each handshake, with the session's own user properties",
                        peer -> {
                            assertThat(
                                            peer.shake(
                                                    "/contract/shake/a",
                                                    (config, request, response) ->
                                                            config.getUserProperties()
                                                                    .putIfAbsent("once", 1)))
                                    .isEqualTo("null");
                            assertThat(
                                            peer.shake(
                                                    "/contract/shake/a",
                                                    (config, request, response) ->
                                                            config.getUserProperties().get("once")))
                                    .isEqualTo("null");
                        })
                .held(
                        type + "getEndpointInstance(Class)",
                        "called for each session",
                        peer -> {
                            for (int i = 1; i < 3; i++) {
                                assertThat(peer.answer("/contract/made/a", own -> "made"))
                                        .isEqualTo("made");
                                assertThat(ContractEndpoints.Making.MADE).hasValue(i);
                            }
                        });
    }

    private static void config(ContractTest.Table table) {
        table.held(
                        "EndpointConfig.getEncoders()",
                        "those of the annotation, unmodifiable",
                        peer -> {
                            assertThat(classes(peer, config -> config.getEncoders()))
                                    .isEqualTo("[PointText]");
                            assertThat(
                                            peer.shake(
                                                    "/contract/shake/a",
                                                    (config, request, response) ->
                                                            config.getEncoders().remove(0)))
                                    .contains("UnsupportedOperationException");
                        })
                .held(
                        "EndpointConfig.getDecoders()",
                        "those of the annotation, unmodifiable",
                        peer -> {
                            assertThat(classes(peer, config -> config.getDecoders()))
                                    .isEqualTo("[PointReader]");
                            assertThat(
                                            peer.shake(
                                                    "/contract/shake/a",
                                                    (config, request, response) ->
                                                            config.getDecoders().remove(0)))
                                    .contains("UnsupportedOperationException");
                        })
                .held(
                        "EndpointConfig.getUserProperties()",
                        "modifiable; what a handshake puts there is its session's, and no other's",
                        peer -> {
                            String id =
                                    ContractEndpoints.ask(
                                            (config, request, response) ->
                                                    config.getUserProperties().put("who", "me"));
                            try (FrameClient own = peer.open("/contract/shake/a", "X-Ask", id);
                                    FrameClient other = peer.open("/contract/shake/a")) {
                                assertThat(peer.answer(own, s -> s.getUserProperties().get("who")))
                                        .isEqualTo("me");
                                assertThat(peer.answer(other, s -> s.getUserProperties().size()))
                                        .isEqualTo("0");
                            }
                        })
                .held(
                        "ServerEndpointConfig.getEndpointClass()",
                        "the endpoint's",
                        peer ->
                                assertThat(
                                                peer.shake(
                                                        "/contract/shake/a",
                                                        (config, request, response) ->
                                                                config.getEndpointClass()
                                                                        .getSimpleName()))
                                        .isEqualTo("Shaken"))
                .held(
                        "ServerEndpointConfig.getPath()",
                        "the template",
                        peer ->
                                assertThat(
                                                peer.shake(
                                                        "/contract/shake/a",
                                                        (config, request, response) ->
                                                                config.getPath()))
                                        .isEqualTo("/contract/shake/{name}"))
                .held(
                        "ServerEndpointConfig.getSubprotocols()",
                        "those of the annotation",
                        peer ->
                                assertThat(
                                                peer.shake(
                                                        "/contract/shake/a",
                                                        (config, request, response) ->
                                                                config.getSubprotocols()))
                                        .isEqualTo("[one, two, three]"))
                .held(
                        "ServerEndpointConfig.getExtensions()",
                        "never null",
                        peer ->
                                assertThat(
                                                peer.shake(
                                                        "/contract/shake/a",
                                                        (config, request, response) ->
                                                                config.getExtensions()))
                                        .isEqualTo("[]"))
                .held(
                        "ServerEndpointConfig.getConfigurator()",
                        "the one of the annotation",
                        peer ->
                                assertThat(
                                                peer.shake(
                                                        "/contract/shake/a",
                                                        (config, request, response) ->
                                                                config.getConfigurator()
                                                                        .getClass()
                                                                        .getSimpleName()))
                                        .isEqualTo("Asking"));
    }

    private static String classes(
            ContractTest.Peer peer, Function<EndpointConfig, List<? extends Class<?>>> coders) {
        return peer.shake(
                "/contract/shake/a",
                (config, request, response) ->
                        coders.apply(config).stream().map(Class::getSimpleName).toList());
    }
}
