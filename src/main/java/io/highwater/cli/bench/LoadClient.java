package io.highwater.cli.bench;

import io.highwater.time.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Thousands of WebSocket clients on one selector, cheap enough to load a server from one core.
 *
 * <p>Confined to the thread that made it; that thread polls. Pings are answered. A socket that ends
 * although nobody asked it to is counted, not thrown, so that a run can go on and say so.
 */
final class LoadClient implements AutoCloseable {
    private static final int OPENING_AT_ONCE = 64;
    private static final int SOCKETS_PER_ADDRESS = 10_000;
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final long ONE_MILLI = 1_000_000;
    // RFC 6455 section 1.3. The key proves nothing here, so that all sockets may share it.
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final String ACCEPT = "s3pplmbitxaq9kygzzhzrbk+xoo=";

    private final InetSocketAddress server;
    private final Ticker ticker;
    private final ClientListener listener;
    private final Selector selector;
    private final List<ClientSocket> sockets = new ArrayList<>();
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final byte[] controlPayload = new byte[125];
    private final FrameCursor cursor = new FrameCursor(FrameWriter.MAX_PAYLOAD_BYTES);
    private byte[] upgradeRequest = {};
    private int opening;
    private int lostSockets;
    private int mask = 0x9E3779B9;

    LoadClient(int port, Ticker ticker, ClientListener listener) throws IOException {
        this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.ticker = ticker;
        this.listener = listener;
        this.selector = Selector.open();
    }

    /** Opens {@code count} more WebSockets, all through their upgrade when it returns. */
    void open(int count, String path, Duration limit) throws IOException {
        open(count, path, null, limit);
    }

    /** The same with a subprotocol. */
    void open(int count, String path, @Nullable String subprotocol, Duration limit)
            throws IOException {
        String offer = subprotocol == null ? "" : "\r\nSec-WebSocket-Protocol: " + subprotocol;
        upgradeRequest =
                ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + server.getPort() + "\r\n")
                        .concat("Upgrade: websocket\r\nConnection: Upgrade\r\n")
                        .concat("Sec-WebSocket-Key: " + KEY + "\r\nSec-WebSocket-Version: 13")
                        .concat(offer + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        long deadlineNanos = ticker.nanoTime() + limit.toNanos();
        for (int i = 0; i < count; i++) {
            connect();
            await(
                    "opening connection " + sockets.size(),
                    () -> opening < OPENING_AT_ONCE,
                    deadlineNanos);
        }
        await("the last upgrades", () -> opening == 0, deadlineNanos);
    }

    ClientSocket socket(int index) {
        return sockets.get(index);
    }

    /** Sockets that ended although this client did not close them. */
    int lostSockets() {
        return lostSockets;
    }

    /** False when the socket is closed, or an earlier message is still stuck in it. */
    boolean send(ClientSocket socket, int opcode, byte[] payload, int length) {
        if (socket.state() != ClientSocket.State.OPEN) {
            return false;
        }
        out.clear();
        mask = mask * 0x41C64E6D + 0x3039;
        FrameWriter.putMasked(out, opcode, payload, length, mask);
        try {
            return socket.write(out.flip());
        } catch (IOException e) {
            lose(socket);
            return false;
        }
    }

    /** Handles what is there, after waiting for it at most so long; under 1 ms it does not wait. */
    void poll(long waitNanos) throws IOException {
        if (waitNanos >= ONE_MILLI) {
            selector.select(this::ready, waitNanos / ONE_MILLI);
        } else {
            selector.selectNow(this::ready);
        }
    }

    /** Polls until the condition holds; false when the deadline came first. */
    boolean pollUntil(BooleanSupplier done, long deadlineNanos) throws IOException {
        while (!done.getAsBoolean()) {
            long leftNanos = deadlineNanos - ticker.nanoTime();
            if (leftNanos <= 0) {
                return false;
            }
            poll(Math.min(leftNanos, 10 * ONE_MILLI));
        }
        return true;
    }

    /** Takes all sockets through the closing handshake and forgets them. */
    void closeSockets(Duration limit) throws IOException {
        byte[] normal = {0x03, (byte) 0xE8};
        for (ClientSocket socket : sockets) {
            if (send(socket, FrameCursor.CLOSE, normal, normal.length)) {
                socket.moveTo(ClientSocket.State.CLOSING);
            }
        }
        await(
                "the closing handshakes",
                () -> sockets.stream().allMatch(s -> s.state() == ClientSocket.State.CLOSED),
                ticker.nanoTime() + limit.toNanos());
        sockets.clear();
    }

    @Override
    public void close() throws IOException {
        for (ClientSocket socket : sockets) {
            socket.close();
        }
        selector.close();
    }

    private void await(String what, BooleanSupplier done, long deadlineNanos) throws IOException {
        if (!pollUntil(done, deadlineNanos)) {
            throw new BenchException("time ran out on " + what);
        }
    }

    private void connect() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        int address = sockets.size() / SOCKETS_PER_ADDRESS;
        if (address > 0) {
            // One source address has some 28,000 ports; Linux answers on all of 127.0.0.0/8.
            byte[] source = {127, 0, 0, (byte) (1 + address)};
            channel.bind(new InetSocketAddress(InetAddress.getByAddress(source), 0));
        }
        SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
        ClientSocket socket = new ClientSocket(sockets.size(), channel, key);
        key.attach(socket);
        sockets.add(socket);
        opening++;
        if (channel.connect(server)) {
            request(socket);
        }
    }

    private void request(ClientSocket socket) throws IOException {
        socket.finishConnect();
        socket.moveTo(ClientSocket.State.UPGRADING);
        socket.write(ByteBuffer.wrap(upgradeRequest));
    }

    private void ready(SelectionKey key) {
        ClientSocket socket = (ClientSocket) key.attachment();
        try {
            if (socket.state() == ClientSocket.State.CONNECTING) {
                request(socket);
                return;
            }
            socket.flushPending();
            if (key.isReadable()) {
                read(socket);
            }
        } catch (IOException e) {
            lose(socket);
        }
    }

    private void read(ClientSocket socket) throws IOException {
        if (!socket.fill(in)) {
            lose(socket);
            return;
        }
        long nowNanos = ticker.nanoTime();
        if (socket.state() != ClientSocket.State.UPGRADING || upgraded(socket)) {
            while (socket.state() != ClientSocket.State.CLOSED && cursor.next(in)) {
                onFrame(socket, nowNanos);
            }
        }
        socket.keepRest(in);
    }

    private void onFrame(ClientSocket socket, long nowNanos) {
        int length = cursor.payloadLength();
        switch (cursor.opcode()) {
            case FrameCursor.TEXT, FrameCursor.BINARY -> {
                if (!cursor.fin()) {
                    throw new BenchException("the server fragments messages of this size");
                }
                listener.onMessage(socket, in, cursor.payloadAt(), length, nowNanos);
            }
            case FrameCursor.PING -> {
                in.get(cursor.payloadAt(), controlPayload, 0, length);
                send(socket, FrameCursor.PONG, controlPayload, length);
            }
            case FrameCursor.PONG -> {}
            case FrameCursor.CLOSE -> lose(socket);
            default -> throw new BenchException("the server sent opcode " + cursor.opcode());
        }
    }

    private boolean upgraded(ClientSocket socket) {
        int end = endOfHead();
        if (end < 0) {
            return false;
        }
        byte[] bytes = new byte[end];
        in.get(bytes);
        String head = new String(bytes, StandardCharsets.ISO_8859_1);
        String lower = head.toLowerCase(java.util.Locale.ROOT);
        if (!head.startsWith("HTTP/1.1 101 ") || !lower.contains(ACCEPT)) {
            throw new BenchException(
                    "the upgrade was answered with " + head.lines().findFirst().orElse(""));
        }
        socket.moveTo(ClientSocket.State.OPEN);
        opening--;
        return true;
    }

    /** The length of the response's head with its empty line; -1 while that has not come. */
    private int endOfHead() {
        for (int i = in.position() + 3; i < in.limit(); i++) {
            if (in.get(i) == '\n' && in.get(i - 2) == '\n') {
                return i + 1 - in.position();
            }
        }
        return -1;
    }

    private void lose(ClientSocket socket) {
        ClientSocket.State was = socket.state();
        if (was == ClientSocket.State.CLOSED) {
            return;
        }
        if (was == ClientSocket.State.CONNECTING || was == ClientSocket.State.UPGRADING) {
            throw new BenchException("the server refused connection " + socket.index());
        }
        if (was == ClientSocket.State.OPEN) {
            lostSockets++;
        }
        try {
            socket.close();
        } catch (IOException e) {
            throw new BenchException("a socket cannot be closed: " + e.getMessage(), e);
        }
    }
}
