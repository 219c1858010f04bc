package io.highwater.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.testing.FrameClient;
import jakarta.websocket.EncodeException;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.awt.Point;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** The rows of the two remotes. */
final class RemoteContract {
    private RemoteContract() {}

    static void rows(ContractTest.Table table) {
        both(table);
        basic(table);
        async(table);
    }

    /** What is sent in vain, and how that is told. */
    @FunctionalInterface
    private interface Sending {
        void on(RemoteEndpoint remote) throws Exception;
    }

    /** Both remotes of a session that is over; they were got before. */
    private static void ofEnded(ContractTest.Peer peer, Class<?> thrown, Sending sending)
            throws Exception {
        RemoteEndpoint basic;
        RemoteEndpoint async;
        Session session;
        try (FrameClient client = peer.open("/contract/a")) {
            session = peer.session(client);
            basic = session.getBasicRemote();
            async = session.getAsyncRemote();
            client.sendClose(1000, "").nextClose();
        }
        peer.awaitOver(session);
        assertThatThrownBy(() -> sending.on(basic)).isInstanceOf(thrown);
        assertThatThrownBy(() -> sending.on(async)).isInstanceOf(thrown);
    }

    private static void both(ContractTest.Table table) {
        table.held(
                        "RemoteEndpoint.setBatchingAllowed(boolean)",
                        "is taken; IllegalArgumentException after the end",
                        peer ->
                                ofEnded(
                                        peer,
                                        IllegalArgumentException.class,
                                        own -> own.setBatchingAllowed(true)))
                .held(
                        "RemoteEndpoint.getBatchingAllowed()",
                        "false, or what was set",
                        peer ->
                                assertThat(
                                                peer.answer(
                                                        own -> {
                                                            RemoteEndpoint remote =
                                                                    own.getBasicRemote();
                                                            boolean before =
                                                                    remote.getBatchingAllowed();
                                                            remote.setBatchingAllowed(true);
                                                            return before
                                                                    + " "
                                                                    + remote.getBatchingAllowed();
                                                        }))
                                        .isEqualTo("false true"))
                .held(
                        "RemoteEndpoint.flushBatch()",
                        "whatever was sent goes out",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/a")) {
                                RemoteEndpoint.Basic remote = peer.session(client).getBasicRemote();
                                remote.setBatchingAllowed(true);
                                remote.sendText("batched");
                                remote.flushBatch();
                                assertThat(client.nextText()).isEqualTo("batched");
                            }
                        })
                .held(
                        "RemoteEndpoint.sendPing(ByteBuffer)",
                        "goes out and consumes its buffer; more than 125 bytes, and null, are"
                                + " IllegalArgumentException, a session that is over IOException",
                        peer -> controlFrame(peer, FrameClient.PING, RemoteEndpoint::sendPing))
                .held(
                        "RemoteEndpoint.sendPong(ByteBuffer)",
                        "goes out and consumes its buffer; more than 125 bytes, and null, are"
                                + " IllegalArgumentException, a session that is over IOException",
                        peer -> controlFrame(peer, FrameClient.PONG, RemoteEndpoint::sendPong));
    }

    /** sendPing or sendPong. */
    @FunctionalInterface
    private interface ControlFrame {
        void send(RemoteEndpoint remote, ByteBuffer data) throws IOException;
    }

    private static void controlFrame(ContractTest.Peer peer, int opcode, ControlFrame frame)
            throws Exception {
        try (FrameClient client = peer.open("/contract/a")) {
            RemoteEndpoint remote = peer.session(client).getAsyncRemote();
            ByteBuffer data = ByteBuffer.wrap(new byte[] {1, 2, 3});
            frame.send(remote, data);
            assertThat(data.hasRemaining()).isFalse();
            FrameClient.Frame got = client.next();
            assertThat(got.opcode()).isEqualTo(opcode);
            assertThat(got.payload()).containsExactly(1, 2, 3);
            assertThatThrownBy(() -> frame.send(remote, ByteBuffer.allocate(126)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> frame.send(remote, null))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        ofEnded(peer, IOException.class, remote -> frame.send(remote, ByteBuffer.allocate(1)));
    }

    private static void basic(ContractTest.Table table) {
        table.held(
                        "RemoteEndpoint.Basic.sendText(String)",
                        "is a message; null is IllegalArgumentException, a session that is over"
                                + " IOException",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/a")) {
                                RemoteEndpoint.Basic remote = peer.session(client).getBasicRemote();
                                remote.sendText("sent \uD83D\uDE00");
                                assertThat(client.nextText()).isEqualTo("sent \uD83D\uDE00");
                                refusesNull(() -> remote.sendText(null));
                            }
                            endedBasic(peer, remote -> remote.sendText("late"));
                        })
                .held(
                        "RemoteEndpoint.Basic.sendBinary(ByteBuffer)",
                        "is a message and consumes its buffer; null is IllegalArgumentException,"
                                + " a session that is over IOException",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/a")) {
                                RemoteEndpoint.Basic remote = peer.session(client).getBasicRemote();
                                ByteBuffer data = ByteBuffer.allocate(3);
                                remote.sendBinary(data);
                                assertThat(data.hasRemaining()).isFalse();
                                assertThat(client.nextBinary()).hasSize(3);
                                refusesNull(() -> remote.sendBinary(null));
                            }
                            endedBasic(peer, remote -> remote.sendBinary(ByteBuffer.allocate(1)));
                        })
                .held(
                        "RemoteEndpoint.Basic.sendText(String, boolean)",
                        "parts are one message; null is IllegalArgumentException, a session that"
                                + " is over IOException",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/a")) {
                                RemoteEndpoint.Basic remote = peer.session(client).getBasicRemote();
                                remote.sendText("in ", false);
                                remote.sendText("parts", true);
                                assertThat(client.nextText()).isEqualTo("in parts");
                                refusesNull(() -> remote.sendText(null, true));
                            }
                            endedBasic(peer, remote -> remote.sendText("late", true));
                        })
                .held(
                        "RemoteEndpoint.Basic.sendBinary(ByteBuffer, boolean)",
                        "parts are one message and consume their buffers; null is"
                                + " IllegalArgumentException, a session that is over IOException",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/a")) {
                                RemoteEndpoint.Basic remote = peer.session(client).getBasicRemote();
                                ByteBuffer data = ByteBuffer.allocate(3);
                                remote.sendBinary(data, false);
                                assertThat(data.hasRemaining()).isFalse();
                                remote.sendBinary(ByteBuffer.allocate(4), true);
                                assertThat(client.nextBinary()).hasSize(7);
                                refusesNull(() -> remote.sendBinary(null, true));
                            }
                            endedBasic(
                                    peer,
                                    remote -> remote.sendBinary(ByteBuffer.allocate(1), true));
                        })
                .held(
                        "RemoteEndpoint.Basic.getSendStream()",
                        "is a message when it is closed; a session that is over is IOException",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/a")) {
                                try (OutputStream out =
                                        peer.session(client).getBasicRemote().getSendStream()) {
                                    out.write(new byte[3]);
                                    out.write(4);
                                }
                                assertThat(client.nextBinary()).hasSize(4);
                            }
                            endedBasic(
                                    peer,
                                    remote -> {
                                        try (OutputStream out = remote.getSendStream()) {
                                            out.write(1);
                                        }
                                    });
                        })
                .held(
                        "RemoteEndpoint.Basic.getSendWriter()",
                        "is a message when it is closed; a session that is over is IOException",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/a")) {
                                try (Writer out =
                                        peer.session(client).getBasicRemote().getSendWriter()) {
                                    out.write("written");
                                    out.append('!');
                                }
                                assertThat(client.nextText()).isEqualTo("written!");
                            }
                            endedBasic(
                                    peer,
                                    remote -> {
                                        try (Writer out = remote.getSendWriter()) {
                                            out.write("late");
                                        }
                                    });
                        })
                .held(
                        "RemoteEndpoint.Basic.sendObject(Object)",
                        "by its encoder, or as Java writes a primitive; none is EncodeException,"
                                + " null IllegalArgumentException, a session that is over"
                                + " IOException",
                        peer -> {
                            try (FrameClient client = peer.open("/contract/a")) {
                                RemoteEndpoint.Basic remote = peer.session(client).getBasicRemote();
                                remote.sendObject(new Point(1, 2));
                                assertThat(client.nextText()).isEqualTo("1:2");
                                for (Object own :
                                        new Object[] {1, 2L, 3.5, 4.5f, (short) 5, (byte) 6, 'c'}) {
                                    remote.sendObject(own);
                                    assertThat(client.nextText()).isEqualTo(String.valueOf(own));
                                }
                                remote.sendObject(true);
                                assertThat(client.nextText()).isEqualTo("true");
                                assertThatThrownBy(() -> remote.sendObject(new Thread()))
                                        .isInstanceOf(EncodeException.class);
                                refusesNull(() -> remote.sendObject(null));
                            }
                            endedBasic(peer, remote -> remote.sendObject("late"));
                        });
    }

    private static void refusesNull(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable callable) {
        assertThatThrownBy(callable).isInstanceOf(IllegalArgumentException.class);
    }

    /** Something that blocks. */
    @FunctionalInterface
    private interface Blocking {
        void on(RemoteEndpoint.Basic remote) throws Exception;
    }

    private static void endedBasic(ContractTest.Peer peer, Blocking blocking) throws Exception {
        ofEnded(
                peer,
                IOException.class,
                remote -> {
                    if (remote instanceof RemoteEndpoint.Basic basic) {
                        blocking.on(basic);
                    } else {
                        throw new IOException("of the other remote");
                    }
                });
    }

    private static void async(ContractTest.Table table) {
        table.held(
                        "RemoteEndpoint.Async.getSendTimeout()",
                        "the container's, or what was set",
                        peer ->
                                assertThat(
                                                peer.answer(
                                                        own -> {
                                                            RemoteEndpoint.Async remote =
                                                                    own.getAsyncRemote();
                                                            long before = remote.getSendTimeout();
                                                            remote.setSendTimeout(1234);
                                                            return before
                                                                    + " "
                                                                    + remote.getSendTimeout();
                                                        }))
                                        .isEqualTo("0 1234"))
                .held(
                        "RemoteEndpoint.Async.setSendTimeout(long)",
                        "IllegalArgumentException after the end",
                        peer ->
                                ofEnded(
                                        peer,
                                        IllegalArgumentException.class,
                                        remote -> {
                                            if (remote instanceof RemoteEndpoint.Async async) {
                                                async.setSendTimeout(1);
                                            } else {
                                                throw new IllegalArgumentException("the other");
                                            }
                                        }))
                .held(
                        "RemoteEndpoint.Async.sendText(String)",
                        "its Future gives null, or what went wrong; null is"
                                + " IllegalArgumentException",
                        peer ->
                                future(
                                        peer,
                                        remote -> remote.sendText("sent"),
                                        remote -> remote.sendText(null)))
                .held(
                        "RemoteEndpoint.Async.sendText(String, SendHandler)",
                        "its handler hears once how it went; nulls are IllegalArgumentException",
                        peer ->
                                handler(
                                        peer,
                                        (remote, results) -> remote.sendText("sent", results::add),
                                        remote -> remote.sendText(null, result -> {}),
                                        remote -> remote.sendText("", null)))
                .held(
                        "RemoteEndpoint.Async.sendBinary(ByteBuffer)",
                        "its Future gives null, or what went wrong; null is"
                                + " IllegalArgumentException",
                        peer ->
                                future(
                                        peer,
                                        remote -> remote.sendBinary(ByteBuffer.allocate(4)),
                                        remote -> remote.sendBinary(null)))
                .held(
                        "RemoteEndpoint.Async.sendBinary(ByteBuffer, SendHandler)",
                        "its handler hears once how it went; nulls are IllegalArgumentException",
                        peer ->
                                handler(
                                        peer,
                                        (remote, results) ->
                                                remote.sendBinary(
                                                        ByteBuffer.allocate(4), results::add),
                                        remote -> remote.sendBinary(null, result -> {}),
                                        remote -> remote.sendBinary(ByteBuffer.allocate(1), null)))
                .held(
                        "RemoteEndpoint.Async.sendObject(Object)",
                        "its Future gives null, or what went wrong, EncodeException where nothing"
                                + " encodes it; null is IllegalArgumentException",
                        peer -> {
                            future(
                                    peer,
                                    remote -> remote.sendObject(new Point(1, 2)),
                                    remote -> remote.sendObject(null));
                            try (FrameClient client = peer.open("/contract/a")) {
                                Future<Void> none =
                                        peer.session(client)
                                                .getAsyncRemote()
                                                .sendObject(new Thread());
                                assertThatThrownBy(() -> none.get(15, TimeUnit.SECONDS))
                                        .isInstanceOf(ExecutionException.class)
                                        .hasCauseInstanceOf(EncodeException.class);
                            }
                        })
                .held(
                        "RemoteEndpoint.Async.sendObject(Object, SendHandler)",
                        "its handler hears once how it went; nulls are IllegalArgumentException",
                        peer ->
                                handler(
                                        peer,
                                        (remote, results) ->
                                                remote.sendObject(new Point(1, 2), results::add),
                                        remote -> remote.sendObject(null, result -> {}),
                                        remote -> remote.sendObject("", null)));
    }

    /** Something with a Future. */
    @FunctionalInterface
    private interface WithFuture {
        Future<Void> on(RemoteEndpoint.Async remote);
    }

    private static void future(ContractTest.Peer peer, WithFuture sending, WithFuture ofNull)
            throws Exception {
        Session session;
        RemoteEndpoint.Async remote;
        try (FrameClient client = peer.open("/contract/a")) {
            session = peer.session(client);
            remote = session.getAsyncRemote();
            assertThat(sending.on(remote).get(15, TimeUnit.SECONDS)).isNull();
            assertThat(client.nextMessage().payload()).isNotEmpty();
            refusesNull(() -> ofNull.on(remote));
            client.sendClose(1000, "").nextClose();
        }
        peer.awaitOver(session);
        assertThatThrownBy(() -> sending.on(remote).get(15, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
    }

    /** Something that takes null for what it needs. */
    @FunctionalInterface
    private interface OfNull {
        void on(RemoteEndpoint.Async remote);
    }

    private static void handler(
            ContractTest.Peer peer,
            BiConsumer<RemoteEndpoint.Async, BlockingQueue<SendResult>> sending,
            OfNull... ofNulls)
            throws Exception {
        BlockingQueue<SendResult> results = new LinkedBlockingQueue<>();
        Session session;
        RemoteEndpoint.Async remote;
        try (FrameClient client = peer.open("/contract/a")) {
            session = peer.session(client);
            remote = session.getAsyncRemote();
            sending.accept(remote, results);
            assertThat(SessionContract.next(results).isOK()).isTrue();
            assertThat(client.nextMessage().payload()).isNotEmpty();
            for (OfNull ofNull : ofNulls) {
                refusesNull(() -> ofNull.on(remote));
            }
            client.sendClose(1000, "").nextClose();
        }
        peer.awaitOver(session);
        sending.accept(remote, results);
        SendResult failed = SessionContract.next(results);
        assertThat(failed.isOK()).isFalse();
        assertThat(failed.getException()).isInstanceOf(IOException.class);
        assertThat(results).isEmpty();
    }
}
