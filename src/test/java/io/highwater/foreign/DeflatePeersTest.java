package io.highwater.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.testing.NodeScript;
import io.highwater.testing.TestServer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** permessage-deflate with peers that keep real contexts: npm ws and Chromium. */
class DeflatePeersTest {
    @ParameterizedTest
    @EnumSource
    void wsStreamsInEveryModeWithEveryWindow(DeflatePolicy mode) {
        try (TestServer server = TestServer.start(Map.of("highwater.deflate.mode", mode.name()))) {
            int answers = NodeScript.run("ws-deflate", server.http(), mode).getInt("answers");
            assertThat(answers).isEqualTo(mode == DeflatePolicy.OFF ? 0 : 16);
        }
    }

    @Test
    void chromiumStreamsInTheClear() {
        try (TestServer server = TestServer.start()) {
            NodeScript.runInChromium("browser-deflate", server.http());
        }
    }

    @Test
    void chromiumStreamsOverHttp2() {
        try (TestServer server = TestServer.start()) {
            NodeScript.runInChromium("browser-deflate", server.https());
        }
    }
}
