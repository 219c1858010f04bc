package io.highwater.endpoint.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.testing.ManualExecutor;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.Extension;
import jakarta.websocket.WebSocketContainer;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.junit.jupiter.api.Test;

/**
 * What endpoints rely on in Jetty beyond its signatures. A new version that fails here does
 * something else: read its sinks before you change this.
 */
final class JettyShapeTest {
    private static final byte TEXT = 1;
    private static final byte BINARY = 2;
    private static final byte CONTINUATION = 0;

    /** What happened, in its order. */
    private final List<String> events = new ArrayList<>();

    private final ManualExecutor readers = new ManualExecutor();
    private final MessageSinks sinks = new MessageSinks(readers);

    private final MessageSinks.Owner owner =
            new MessageSinks.Owner() {
                @Override
                public void demand() {
                    events.add("demand");
                }

                @Override
                public void failed(Throwable cause) {
                    events.add("failed: " + cause.getMessage());
                }
            };

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private void record(Object[] part) {
        Object what =
                part[0] instanceof ByteBuffer buffer
                        ? StandardCharsets.UTF_8.decode(buffer)
                        : part[0] instanceof byte[] array
                                ? new String(array, StandardCharsets.UTF_8)
                                : part[0];
        events.add(what + (Boolean.TRUE.equals(part[1]) ? " (last)" : ""));
    }

    // Jetty's session, of which the sinks call a few methods.

    /** One that is not overridden would do what Jetty's sessions do. */
    @Test
    void everyMethodOfJettysSessionIsAnswered() {
        Set<String> own = new TreeSet<>();
        for (Method method : SinkSession.class.getDeclaredMethods()) {
            own.add(signature(method));
        }
        Set<String> jettys =
                Arrays.stream(CoreSession.class.getMethods())
                        .filter(method -> !Modifier.isStatic(method.getModifiers()))
                        .map(JettyShapeTest::signature)
                        .collect(Collectors.toCollection(TreeSet::new));
        jettys.removeAll(own);
        assertThat(jettys).isEmpty();
    }

    private static String signature(Method method) {
        return method.getName() + Arrays.toString(method.getParameterTypes());
    }

    // Parts.

    @Test
    void aTextInPartsIsCutBetweenCharactersAndDemandedPartByPart() {
        byte[] euro = "\u20ac".getBytes(StandardCharsets.UTF_8);
        MessageSinks.Sink sink = sinks.text(owner, this::record);
        sink.accept(TEXT, ByteBuffer.wrap(euro, 0, 2), false);
        sink.accept(CONTINUATION, ByteBuffer.wrap(euro, 2, 1), false);
        sink.accept(CONTINUATION, bytes("x"), true);
        sink.accept(TEXT, bytes("next"), true);
        assertThat(events)
                .containsExactly(
                        "",
                        "demand",
                        "\u20ac",
                        "demand",
                        "x (last)",
                        "demand",
                        "next (last)",
                        "demand");
    }

    @Test
    void bytesInPartsAreDemandedPartByPartAndEmptyOnesPassedOver() {
        for (MessageSinks.Sink sink :
                List.of(sinks.buffers(owner, this::record), sinks.arrays(owner, this::record))) {
            events.clear();
            sink.accept(BINARY, bytes("a"), false);
            sink.accept(CONTINUATION, bytes(""), false);
            sink.accept(CONTINUATION, bytes(""), true);
            assertThat(events).containsExactly("a", "demand", "demand", " (last)", "demand");
        }
    }

    /** The session demands the next if it goes on. */
    @Test
    void whatAMethodThrowsOfAPartIsToldOnceAndNothingIsDemanded() {
        MessageSinks.PartReceiver throwing =
                part -> {
                    throw new IllegalStateException("thrown");
                };
        for (MessageSinks.Sink sink :
                List.of(
                        sinks.text(owner, throwing),
                        sinks.buffers(owner, throwing),
                        sinks.arrays(owner, throwing))) {
            events.clear();
            sink.accept(BINARY, bytes("a"), true);
            assertThat(events).containsExactly("failed: thrown");
        }
    }

    // Streams.

    private void read(Reader reader) {
        try {
            StringBuilder text = new StringBuilder();
            for (int next = reader.read(); next >= 0; next = reader.read()) {
                text.append((char) next);
            }
            events.add("read " + text);
        } catch (IOException e) {
            events.add("not read: " + e.getMessage());
        }
    }

    private void read(InputStream stream) {
        try {
            events.add("read " + new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            events.add("not read: " + e.getMessage());
        }
    }

    /** On the executor, and each fragment but the last demands the next when it has been read. */
    @Test
    void aStreamIsReadOnAnotherThreadAndTheNextMessageComesAfterIt() {
        for (MessageSinks.Sink sink :
                List.of(sinks.reader(owner, this::read), sinks.inputStream(owner, this::read))) {
            for (String again : List.of("first", "second")) {
                events.clear();
                sink.accept(BINARY, bytes(again), false);
                sink.accept(CONTINUATION, bytes("!"), true);
                assertThat(events).isEmpty();
                readers.runAll();
                assertThat(events).containsExactly("demand", "read " + again + "!", "demand");
            }
        }
    }

    @Test
    void theEndOfASessionEndsWhoReadsAStream() {
        for (MessageSinks.Sink sink :
                List.of(sinks.reader(owner, this::read), sinks.inputStream(owner, this::read))) {
            events.clear();
            sink.accept(BINARY, bytes("half"), false);
            sink.fail(new IOException("the session is over"));
            readers.runAll();
            assertThat(events)
                    .containsExactly(
                            "failed: the session is over", "not read: the session is over");
        }
    }

    /** Of a stream that is left unread nothing is kept, and the next message comes. */
    @Test
    void aStreamThatNobodyReadsIsPassedOver() {
        for (MessageSinks.Sink sink :
                List.of(
                        sinks.reader(owner, reader -> events.add("left")),
                        sinks.inputStream(owner, stream -> events.add("left")))) {
            events.clear();
            sink.accept(BINARY, bytes("unread"), false);
            readers.runAll();
            sink.accept(CONTINUATION, bytes("rest"), true);
            assertThat(events).containsExactly("left", "demand", "demand");
        }
    }

    // The client's container.

    @Test
    void containersOfClientsEndWithTheDeploymentThatAskedForThem() {
        Clients clients = Clients.start();
        WebSocketContainer container = ContainerProvider.getWebSocketContainer();
        try {
            assertThat(((LifeCycle) container).isRunning()).isTrue();
        } finally {
            clients.close();
        }
        assertThat(((LifeCycle) container).isStopped()).isTrue();
    }

    // Paths, queries and header fields.

    @Test
    void aPathIsFoundByItsMostExactTemplateAndItsVariablesAreDecoded() {
        PathTable<String> table = new PathTable<>();
        PathTemplate variable = new PathTemplate("/prices/{symbol}");
        table.put(variable, "variable");
        table.put(new PathTemplate("/prices/HW"), "exact");
        assertThat(table.find("/prices/HW")).isEqualTo("exact");
        assertThat(table.find("/prices/other")).isEqualTo("variable");
        assertThat(table.find("/prices/a/b")).isNull();
        assertThat(variable.variables()).containsExactly("symbol");
        assertThat(variable.values("/prices/a%20b")).isEqualTo(Map.of("symbol", "a b"));
        assertThat(variable).hasToString("/prices/{symbol}");
        assertThatThrownBy(() -> new PathTemplate("/prices/{symbol}{other}"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aQueryIsReadLeniently() {
        assertThat(QueryParameters.of(null)).isEmpty();
        assertThat(QueryParameters.of("a=1&b=%20+&a=2&c"))
                .isEqualTo(Map.of("a", List.of("1", "2"), "b", List.of("  "), "c", List.of("")));
        assertThat(QueryParameters.of("a=1&b=%zz")).containsEntry("a", List.of("1"));
    }

    @Test
    void extensionsAreReadAndChosenAsTheyWereOffered() {
        assertThat(Extensions.negotiated("")).isEmpty();
        Extension agreed =
                Extensions.negotiated("permessage-deflate;client_max_window_bits=12").get(0);
        assertThat(agreed.getName()).isEqualTo("permessage-deflate");
        assertThat(agreed.getParameters())
                .extracting(own -> own.getName() + "=" + own.getValue())
                .containsExactly("client_max_window_bits=12");
        List<String> offered = List.of("permessage-deflate;client_max_window_bits, x-other");
        assertThat(Extensions.choose(offered, all -> all.subList(0, 1)))
                .containsExactly("permessage-deflate;client_max_window_bits");
        assertThat(Extensions.choose(offered, all -> null)).isEmpty();
        assertThat(Extensions.choose(List.of("=;="), all -> all)).isEmpty();
    }

    @Test
    void virtualThreadsAreNamedWhereTheJdkHasThem() throws Exception {
        var threads = JettyThreads.virtual("shape-");
        if (Runtime.version().feature() < 21) {
            assertThat(threads).isNull();
            return;
        }
        assertThat(threads.submit(() -> Thread.currentThread().getName()).get())
                .startsWith("shape-");
        threads.shutdown();
    }
}
