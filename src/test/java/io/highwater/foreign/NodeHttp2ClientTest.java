package io.highwater.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.NodeScript;
import io.highwater.testing.TestServer;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Node's http2 with Extended CONNECT, by prior knowledge and over TLS: many sockets, one TCP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NodeHttp2ClientTest {
    enum Scheme {
        H2C,
        TLS
    }

    private TestServer server;

    @BeforeAll
    void start() {
        server = TestServer.start();
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHundredSocketsOnOneConnectionEcho(Scheme scheme) {
        assertThat(NodeScript.run("h2-many", base(scheme)).getInt("sockets")).isEqualTo(100);
    }

    @ParameterizedTest
    @EnumSource
    void oneBlockedEndpointLeavesItsNinetyNineSiblingsFlowing(Scheme scheme) {
        assertThat(NodeScript.run("h2-blocked", base(scheme)).getInt("others")).isEqualTo(99);
    }

    @ParameterizedTest
    @EnumSource
    void twentyPausedSocketsStallNobodyAndLoseNothing(Scheme scheme) {
        assertThat(NodeScript.run("h2-paused", base(scheme)).getInt("paused")).isEqualTo(20);
    }

    @ParameterizedTest
    @EnumSource
    void everyWayAClientEndsItsStreamIsFinishedWithoutGoAway(Scheme scheme) {
        assertThat(NodeScript.run("h2-endings", base(scheme)).getInt("opened")).isEqualTo(200);
    }

    private URI base(Scheme scheme) {
        return scheme == Scheme.H2C ? server.http() : server.https();
    }
}
