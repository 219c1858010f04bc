package io.highwater.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.NodeScript;
import io.highwater.testing.TestServer;
import jakarta.json.JsonObject;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The demo page in a real browser. */
class ChromiumTest {
    @Test
    void twoTabsChatByKeyboardAlone() {
        try (TestServer server = TestServer.start()) {
            NodeScript.runInChromium("browser-chat", server.http());
        }
    }

    @Test
    void theLinesOfTheReadmeGetBackWhatTheyPublish() {
        try (TestServer server = TestServer.start()) {
            NodeScript.runInChromium("browser-readme", server.http());
        }
    }

    @Test
    void tabsOfAChannelSeeEachOtherAndOneThatWasCutOffMissesNothing() {
        try (TestServer server = TestServer.start()) {
            NodeScript.runInChromium("browser-channels", server.http());
        }
    }

    @Test
    void aBoardShowsTheNewestOfEachKeyOnJoiningAndThenWhatChanges() {
        try (TestServer server = TestServer.start()) {
            NodeScript.runInChromium("browser-board", server.http());
        }
    }

    @Test
    void aTabThatReadsTooSlowlyIsToldWhatWasSkippedAndHasTheNewestOfEachKey() {
        Map<String, String> settings =
                Map.of(
                        "highwater.channels.slow.prefix", "slow.",
                        "highwater.channels.slow.policy", "LATEST",
                        "highwater.outbound.high-messages", "20",
                        "highwater.outbound.low-messages", "10",
                        "highwater.limits.commands-per-second", "10000",
                        "highwater.limits.commands-burst", "10000");
        try (TestServer server = TestServer.start(settings)) {
            assertThat(NodeScript.runInChromium("browser-slow", server.http()).getInt("skipped"))
                    .isPositive();
        }
    }

    @Test
    void aRefusedConnectionIsNotTakenForABrokenNetwork() {
        Map<String, String> elsewhere =
                Map.of("highwater.handshake.allowed-origins", "https://elsewhere.example");
        try (TestServer server = TestServer.start();
                TestServer refusing = TestServer.start(elsewhere)) {
            NodeScript.runInChromium(
                    "browser-refused", server.http(), refusing.http(), refusing.https());
        }
    }

    @Test
    void overTlsThePagesSocketsRideItsHttp2Connection() {
        try (TestServer server = TestServer.start()) {
            JsonObject result = NodeScript.runInChromium("browser-h2", server.https());
            assertThat(result.getInt("http2Connections")).isEqualTo(1);
            assertThat(result.getInt("webSockets")).isEqualTo(2);
        }
    }

    @Test
    void thePageReconnectsAfterARestartAndSendsWhatWasWrittenMeanwhile() {
        runThroughRestart("browser-restart");
    }

    @Test
    void afterARestartTheChannelsOfThePageSayThatTheyBeganAnewAndGoOn() {
        runThroughRestart("browser-channels-restart");
    }

    private static void runThroughRestart(String name) {
        TestServer server = TestServer.start();
        try (NodeScript script = NodeScript.startInChromium(name, server.http())) {
            script.awaitLine("restart");
            URI address = server.http();
            server.close();
            server = TestServer.startOn(address.getPort());
            script.tell("restarted");
            script.result();
        } finally {
            server.close();
        }
    }
}
