package io.highwater.foreign;

import io.highwater.testing.NodeScript;
import io.highwater.testing.TestServer;
import org.junit.jupiter.api.Test;

/** npm ws over HTTP/1.1: messages of 1 B to 1 MiB, fragments, pings, both closing handshakes. */
class WsClientTest {
    @Test
    void wsEchoesPingsAndClosesInTheClear() {
        try (TestServer server = TestServer.start()) {
            NodeScript.run("ws-echo", server.http());
        }
    }

    @Test
    void wsEchoesPingsAndClosesOverTls() {
        try (TestServer server = TestServer.start()) {
            NodeScript.run("ws-echo", server.https());
        }
    }
}
