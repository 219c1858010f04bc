package io.highwater.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.testing.FrameClient;
import jakarta.websocket.Extension;
import jakarta.websocket.WebSocketContainer;
import jakarta.websocket.server.ServerContainer;
import java.util.Map;

/** The rows of the containers, and of a client's configuration. */
final class ContainerContract {
    private static final String CLIENT =
            "the server opens no WebSockets; `ContainerProvider.getWebSocketContainer()` is"
                    + " Jetty's client, which does";
    private static final String CLIENTS_CONFIG = "is Jetty's client's to keep";

    private ContainerContract() {}

    private static WebSocketContainer container(ContractTest.Peer peer) throws Exception {
        try (FrameClient client = peer.open("/contract/a")) {
            return peer.session(client).getContainer();
        }
    }

    static void rows(ContractTest.Table table) {
        defaults(table);
        server(table);
        table.held(
                "WebSocketContainer.getInstalledExtensions()",
                "permessage-deflate",
                peer ->
                        assertThat(container(peer).getInstalledExtensions())
                                .extracting(Extension::getName)
                                .containsExactly("permessage-deflate"));
        for (String parameters :
                new String[] {
                    "Object, URI",
                    "Class, URI",
                    "Endpoint, ClientEndpointConfig, URI",
                    "Class, ClientEndpointConfig, URI"
                }) {
            table.not(
                    "WebSocketContainer.connectToServer(" + parameters + ")",
                    "opens a session as a client",
                    CLIENT);
        }
        for (String getter :
                new String[] {
                    "getPreferredSubprotocols", "getExtensions", "getSSLContext", "getConfigurator"
                }) {
            table.not("ClientEndpointConfig." + getter + "()", "is sent", CLIENTS_CONFIG);
        }
        table.not(
                        "ClientEndpointConfig.Configurator.beforeRequest(Map)",
                        "may change the request",
                        CLIENTS_CONFIG)
                .not(
                        "ClientEndpointConfig.Configurator.afterResponse(HandshakeResponse)",
                        "sees the answer",
                        CLIENTS_CONFIG);
    }

    private static void defaults(ContractTest.Table table) {
        table.held(
                        "WebSocketContainer.getDefaultAsyncSendTimeout()",
                        "none",
                        peer ->
                                assertThat(container(peer).getDefaultAsyncSendTimeout())
                                        .isLessThanOrEqualTo(0))
                .held(
                        "WebSocketContainer.setAsyncSendTimeout(long)",
                        "holds for remotes from then on",
                        peer -> {
                            WebSocketContainer container = container(peer);
                            container.setAsyncSendTimeout(4321);
                            try {
                                assertThat(container.getDefaultAsyncSendTimeout()).isEqualTo(4321);
                                assertThat(
                                                peer.answer(
                                                        own ->
                                                                own.getAsyncRemote()
                                                                        .getSendTimeout()))
                                        .isEqualTo("4321");
                            } finally {
                                container.setAsyncSendTimeout(0);
                            }
                        })
                .held(
                        "WebSocketContainer.getDefaultMaxSessionIdleTimeout()",
                        "none",
                        peer ->
                                assertThat(container(peer).getDefaultMaxSessionIdleTimeout())
                                        .isZero())
                .held(
                        "WebSocketContainer.setDefaultMaxSessionIdleTimeout(long)",
                        "holds for sessions from then on",
                        peer -> {
                            WebSocketContainer container = container(peer);
                            container.setDefaultMaxSessionIdleTimeout(54_321);
                            try {
                                assertThat(peer.answer(own -> own.getMaxIdleTimeout()))
                                        .isEqualTo("54321");
                            } finally {
                                container.setDefaultMaxSessionIdleTimeout(-1);
                            }
                            assertThat(peer.answer(own -> own.getMaxIdleTimeout())).isEqualTo("0");
                        })
                .held(
                        "WebSocketContainer.getDefaultMaxBinaryMessageBufferSize()",
                        "the node's",
                        peer ->
                                assertThat(container(peer).getDefaultMaxBinaryMessageBufferSize())
                                        .isEqualTo(65_536))
                .held(
                        "WebSocketContainer.setDefaultMaxBinaryMessageBufferSize(int)",
                        "holds for sessions from then on",
                        peer -> {
                            WebSocketContainer container = container(peer);
                            container.setDefaultMaxBinaryMessageBufferSize(1234);
                            try {
                                assertThat(container.getDefaultMaxBinaryMessageBufferSize())
                                        .isEqualTo(1234);
                                assertThat(peer.answer(own -> own.getMaxBinaryMessageBufferSize()))
                                        .isEqualTo("1234");
                            } finally {
                                container.setDefaultMaxBinaryMessageBufferSize(0);
                            }
                        })
                .held(
                        "WebSocketContainer.getDefaultMaxTextMessageBufferSize()",
                        "the node's",
                        peer ->
                                assertThat(container(peer).getDefaultMaxTextMessageBufferSize())
                                        .isEqualTo(65_536))
                .held(
                        "WebSocketContainer.setDefaultMaxTextMessageBufferSize(int)",
                        "holds for sessions from then on",
                        peer -> {
                            WebSocketContainer container = container(peer);
                            container.setDefaultMaxTextMessageBufferSize(1234);
                            try {
                                assertThat(container.getDefaultMaxTextMessageBufferSize())
                                        .isEqualTo(1234);
                                assertThat(peer.answer(own -> own.getMaxTextMessageBufferSize()))
                                        .isEqualTo("1234");
                            } finally {
                                container.setDefaultMaxTextMessageBufferSize(0);
                            }
                        });
    }

    private static void server(ContractTest.Table table) {
        table.held(
                        "ServerContainer.addEndpoint(Class)",
                        "IllegalStateException once connections are accepted",
                        peer -> {
                            ServerContainer container = (ServerContainer) container(peer);
                            ContractTest.throwsIllegalState(
                                    () -> container.addEndpoint(ContractEndpoints.Asked.class));
                        })
                .held(
                        "ServerContainer.addEndpoint(ServerEndpointConfig)",
                        "IllegalStateException once connections are accepted",
                        peer -> {
                            ServerContainer container = (ServerContainer) container(peer);
                            ContractTest.throwsIllegalState(
                                    () ->
                                            container.addEndpoint(
                                                    (jakarta.websocket.server.ServerEndpointConfig)
                                                            null));
                        })
                .held(
                        "ServerContainer.upgradeHttpToWebSocket(Object, Object,"
                                + " ServerEndpointConfig, Map)",
                        "UnsupportedOperationException outside of a Servlet container",
                        peer -> {
                            ServerContainer container = (ServerContainer) container(peer);
                            assertThatThrownBy(
                                            () ->
                                                    container.upgradeHttpToWebSocket(
                                                            new Object(),
                                                            new Object(),
                                                            null,
                                                            Map.of()))
                                    .isInstanceOf(UnsupportedOperationException.class);
                        });
    }
}
