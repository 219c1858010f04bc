package io.highwater.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.keepalive.KeepaliveSettings;
import io.highwater.keepalive.PingScheduler;
import io.highwater.log.LogLimit;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.outbound.OverflowPolicy;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Unbounded;
import io.highwater.time.TimerWheel;
import jakarta.enterprise.inject.Vetoed;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.inject.Inject;
import jakarta.websocket.Decoder;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.Reader;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with an endpoint class fails the start, in one line that names it. */
class DeploymentTest {
    // The classes have no bean-defining annotation: only the container of these tests takes them.

    @ServerEndpoint("/good/{name}")
    public static class Good {
        @OnMessage
        public void onText(String text) {}
    }

    @ServerEndpoint("/good/{other}")
    public static class SamePath {}

    @MaxMessage(bytes = 0)
    @ServerEndpoint("/bad")
    public static class NoBytes {}

    @MaxMessage(bytes = Integer.MAX_VALUE)
    @ServerEndpoint("/bad")
    public static class TooManyBytes {}

    @AllowedOrigins("example.com")
    @ServerEndpoint("/bad")
    public static class BadOrigin {}

    @Outbound(policy = {OverflowPolicy.EVICT, OverflowPolicy.PAUSE})
    @ServerEndpoint("/bad")
    public static class TwoPolicies {}

    @Outbound(highMessages = -1)
    @ServerEndpoint("/bad")
    public static class NegativeMark {}

    @ServerEndpoint("bad")
    public static class NoSlash {}

    @ServerEndpoint("/bad/{a}/{a}")
    public static class SameName {}

    @ServerEndpoint("/bad")
    public static class HiddenMethod {
        @OnMessage
        void onText(String text) {}
    }

    @ServerEndpoint("/bad")
    public static class TwoTexts {
        @OnMessage
        public void one(String text) {}

        @OnMessage
        public void two(String text) {}
    }

    @ServerEndpoint("/bad")
    public static class OddParameter {
        @OnMessage
        public void onThread(Thread thread) {}
    }

    @ServerEndpoint("/bad/{known}")
    public static class UnknownNumber {
        @OnOpen
        public void onOpen(@PathParam("unknown") int number) {}
    }

    @ServerEndpoint("/bad/{known}")
    public static class OddPathParam {
        @OnClose
        public void onClose(@PathParam("known") StringBuilder odd) {}
    }

    @ServerEndpoint("/bad")
    public static class TwoOpens {
        @OnOpen
        public void one() {}

        @OnOpen
        public void two(Session session) {}
    }

    @ServerEndpoint("/bad")
    public static class TwoOpensInTwoClasses extends TwoOpens {
        @Override
        public void two(Session session) {}

        @OnOpen
        public void three(Session session) {}
    }

    @ServerEndpoint("/bad")
    public static class OpenWithText {
        @OnOpen
        public void onOpen(String text) {}
    }

    @ServerEndpoint("/bad")
    public static class OpenReturns {
        @OnOpen
        public String onOpen() {
            return "";
        }
    }

    @ServerEndpoint("/bad")
    public static class ErrorWithoutCause {
        @OnError
        public void onError(Session session) {}
    }

    @ServerEndpoint("/bad")
    public static class StaticMethod {
        @OnMessage
        public static void onText(String text) {}
    }

    @ServerEndpoint("/bad")
    public static class TextAndNumber {
        @OnMessage
        public void onText(String text, int number) {}
    }

    @ServerEndpoint("/bad")
    public static class ReaderInParts {
        @OnMessage
        public void onText(Reader reader, boolean last) {}
    }

    @ServerEndpoint("/bad")
    public static class PongInParts {
        @OnMessage
        public void onPong(PongMessage pong, boolean last) {}
    }

    @ServerEndpoint("/bad")
    public static class TwoPongs {
        @OnMessage
        public void one(PongMessage pong) {}

        @OnMessage
        public void two(Session session, PongMessage pong) {}
    }

    @ServerEndpoint("/bad")
    public static class NoMessage {
        @OnMessage
        public void onText(Session session) {}
    }

    @ServerEndpoint("/bad")
    public static class TooLarge {
        @OnMessage(maxMessageSize = 1L << 31)
        public void onText(String text) {}
    }

    /** Makes numbers. */
    public static class OfNumbers implements Decoder.Text<List<Integer>> {
        @Override
        public List<Integer> decode(String text) {
            return List.of();
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }
    }

    @ServerEndpoint(value = "/bad", decoders = OfNumbers.class)
    public static class OtherArguments {
        @OnMessage
        public void onText(List<String> texts) {}
    }

    @ServerEndpoint(value = "/bad", decoders = HiddenDecoder.class)
    public static class DecoderOfNobody {}

    /** Nobody can make one. */
    static final class HiddenDecoder extends OfNumbers {}

    @ServerEndpoint(value = "/bad", configurator = Abstract.class)
    public static class BadConfigurator {}

    /** Can't be made. */
    public abstract static class Abstract extends ServerEndpointConfig.Configurator {}

    @Vetoed
    static class Nobody {}

    @ServerEndpoint("/bad")
    public static class NotInjected {
        @Inject Nobody nobody;
    }

    private static void deploy(Class<?>... classes) {
        SeContainerInitializer container =
                SeContainerInitializer.newInstance()
                        .disableDiscovery()
                        .addExtensions(new EndpointExtension())
                        .addBeanClasses(classes);
        try (SeContainer beans = container.initialize()) {
            FakeTicker ticker = new FakeTicker();
            TimerWheel wheel = new TimerWheel(ticker.nanoTime());
            EndpointNode node =
                    new EndpointNode(
                            EndpointSettings.defaults(),
                            Unbounded.outbound(
                                    wheel,
                                    ticker,
                                    new NonEmptyQueues(),
                                    new io.highwater.outbound.OutboundObserver() {},
                                    Duration.ofSeconds(10)),
                            new PingScheduler(
                                    KeepaliveSettings.defaults(),
                                    Duration.ofSeconds(30),
                                    wheel,
                                    ticker,
                                    new io.highwater.keepalive.KeepaliveObserver() {},
                                    new SplittableRandom(1),
                                    LogLimit.none()),
                            EndpointObserver.NONE);
            Endpoints endpoints = new Endpoints(node, "", beans.getBeanManager(), Runnable::run);
            beans.getBeanManager()
                    .getExtension(EndpointExtension.class)
                    .endpoints()
                    .forEach(endpoints::deploy);
            assertThat(endpoints.route("/good/x")).isNotNull();
            assertThat(endpoints.route("/good/x/y")).isNull();
            assertThat(endpoints.route("/good")).isNull();
        }
    }

    @Test
    void aGoodOneIsFoundByItsPath() {
        deploy(Good.class);
    }

    @ParameterizedTest
    @CsvSource({
        "NoBytes, 0",
        "TooManyBytes, 2147483647",
        "BadOrigin, example.com",
        "TwoPolicies, policy",
        "NegativeMark, -1",
        "NoSlash, Path",
        "SameName, {a}",
        "HiddenMethod, public",
        "TwoTexts, onText|two|one",
        "OddParameter, onThread",
        "BadConfigurator, Abstract",
        "UnknownNumber, {unknown}",
        "OddPathParam, StringBuilder",
        "TwoOpens, 'one, two|two, one'",
        "TwoOpensInTwoClasses, 'three, one'",
        "OpenWithText, java.lang.String",
        "OpenReturns, returns",
        "ErrorWithoutCause, Throwable",
        "StaticMethod, static",
        "TextAndNumber, int",
        "ReaderInParts, Reader",
        "PongInParts, PongMessage",
        "TwoPongs, pongs",
        "NoMessage, onText",
        "TooLarge, 2147483648",
        "OtherArguments, java.util.List<java.lang.String>",
        "DecoderOfNobody, HiddenDecoder",
    })
    void aWrongOneFailsWithOneLineThatNamesIt(String name, String evidence) throws Exception {
        Class<?> endpoint = Class.forName(DeploymentTest.class.getName() + "$" + name);
        assertThatThrownBy(() -> deploy(endpoint))
                .isInstanceOf(EndpointDeploymentException.class)
                .hasMessageContaining(endpoint.getName())
                .hasMessageNotContaining("\n")
                .message()
                .containsAnyOf(evidence.split("\\|"));
    }

    @Test
    void twoOnOnePathFail() {
        assertThatThrownBy(() -> deploy(Good.class, SamePath.class))
                .isInstanceOf(EndpointDeploymentException.class)
                .hasMessageContaining(Good.class.getName())
                .hasMessageContaining(SamePath.class.getName())
                .hasMessageContaining("is taken");
    }

    @Test
    void whatCanNotBeInjectedFailsTheStart() {
        assertThatThrownBy(() -> deploy(NotInjected.class))
                .hasMessageContaining(Nobody.class.getSimpleName());
    }
}
