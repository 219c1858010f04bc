package io.highwater.endpoint;

import jakarta.enterprise.context.Dependent;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Endpoints that put a test's question to their sessions, or to their handshakes. */
final class ContractEndpoints {
    static final BlockingQueue<Session> ASKED = new LinkedBlockingQueue<>();

    private static final AtomicInteger LAST = new AtomicInteger();
    private static final Map<String, Question> QUESTIONS = new ConcurrentHashMap<>();
    private static final Map<String, HandshakeQuestion> SHAKES = new ConcurrentHashMap<>();
    private static final Map<String, BlockingQueue<String>> ENDED = new ConcurrentHashMap<>();
    private static final Map<String, String> ANSWERS = new ConcurrentHashMap<>();

    private ContractEndpoints() {}

    /** Is put to a session by its own method. */
    @FunctionalInterface
    interface Question {
        Object of(Session session) throws Exception;
    }

    /** Is put to a handshake by its configurator. */
    @FunctionalInterface
    interface HandshakeQuestion {
        Object of(
                ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response);
    }

    static String ask(Question question) {
        String id = "q" + LAST.incrementAndGet();
        QUESTIONS.put(id, question);
        return id;
    }

    static String ask(HandshakeQuestion question) {
        String id = "h" + LAST.incrementAndGet();
        SHAKES.put(id, question);
        return id;
    }

    /** What the sessions with this name in their path heard of their end. */
    static BlockingQueue<String> ended(String name) {
        return ENDED.computeIfAbsent(name, key -> new LinkedBlockingQueue<>());
    }

    static String answer(String id) {
        return ANSWERS.get(id);
    }

    /** Encodes what is not Java's own. */
    public static class PointText implements Encoder.Text<java.awt.Point> {
        @Override
        public String encode(java.awt.Point point) {
            return point.x + ":" + point.y;
        }
    }

    /** Decodes what is not Java's own. */
    public static class PointReader implements Decoder.Text<java.awt.Point> {
        @Override
        public java.awt.Point decode(String text) {
            return new java.awt.Point(text.length(), 0);
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }
    }

    @Dependent
    @ServerEndpoint(value = "/contract/{name}", encoders = PointText.class)
    public static class Asked {
        @OnMessage
        public void onText(String id, Session session) throws Exception {
            Object answer;
            try {
                answer = QUESTIONS.get(id).of(session);
            } catch (Throwable thrown) {
                answer = thrown.toString();
            }
            if (session.isOpen() && answer != null) {
                session.getBasicRemote().sendText(String.valueOf(answer));
            }
        }

        @OnClose
        public void onClose(Session session, CloseReason reason) {
            ended(session.getPathParameters().get("name"))
                    .add(reason.getCloseCode().getCode() + " " + session.isOpen());
        }
    }

    @Dependent
    @ServerEndpoint("/contract/other/{name}")
    public static class Other extends Asked {}

    /** Closes its session while it opens. */
    @Dependent
    @ServerEndpoint("/contract/hasty/close")
    public static class Hasty {
        static final BlockingQueue<Boolean> OPEN = new LinkedBlockingQueue<>();

        @OnOpen
        public void onOpen(Session session) throws Exception {
            OPEN.add(session.isOpen());
            session.close();
            OPEN.add(session.isOpen());
        }
    }

    /** Asks what X-Ask names; chooses no extension where X-Plain is set. */
    public static class Asking extends ServerEndpointConfig.Configurator {
        static volatile List<String> supported = List.of();
        static volatile List<Extension> installed = List.of();

        @Override
        public boolean checkOrigin(String origin) {
            return origin.contains("contract") || super.checkOrigin(origin);
        }

        @Override
        public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
            Asking.supported = supported;
            return super.getNegotiatedSubprotocol(supported, requested);
        }

        @Override
        public List<Extension> getNegotiatedExtensions(
                List<Extension> installed, List<Extension> requested) {
            Asking.installed = installed;
            return requested.stream()
                            .flatMap(extension -> extension.getParameters().stream())
                            .anyMatch(own -> own.getName().equals("server_max_window_bits"))
                    ? List.of()
                    : super.getNegotiatedExtensions(installed, requested);
        }

        @Override
        public void modifyHandshake(
                ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            List<String> ids = request.getHeaders().get("X-Ask");
            if (ids != null) {
                String answer;
                try {
                    answer = String.valueOf(SHAKES.get(ids.get(0)).of(config, request, response));
                } catch (Throwable thrown) {
                    answer = thrown.toString();
                }
                ANSWERS.put(ids.get(0), answer);
            }
        }
    }

    /** Counts the instances it is asked for. */
    public static class Making extends ServerEndpointConfig.Configurator {
        static final AtomicInteger MADE = new AtomicInteger();

        @Override
        public <T> T getEndpointInstance(Class<T> type) throws InstantiationException {
            MADE.incrementAndGet();
            return super.getEndpointInstance(type);
        }
    }

    @Dependent
    @ServerEndpoint(value = "/contract/made/{name}", configurator = Making.class)
    public static class Made extends Asked {}

    @Dependent
    @ServerEndpoint(
            value = "/contract/shake/{name}",
            subprotocols = {"one", "two", "three"},
            encoders = PointText.class,
            decoders = PointReader.class,
            configurator = Asking.class)
    public static class Shaken extends Asked {}

    /** Leaves all to Jakarta's default. */
    @Dependent
    @ServerEndpoint(
            value = "/contract/plain/{name}",
            subprotocols = {"one", "two"})
    public static class Plain extends Asked {}
}
