package io.highwater.bench.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Thousands of WebSocket clients on one selector, cheap enough to load a server from one core.
 *
 * <p>Confined to the thread that made it; that thread polls. Pings are answered. A socket that ends
 * although nobody asked it to is counted, not thrown, so that a run can go on and say so.
 */
public final class LoadClient implements AutoCloseable {
    private static final int OPENING_AT_ONCE = 64;
    private static final int STREAMS_OPENING_AT_ONCE = 1_000;
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final long ONE_MILLI = 1_000_000;

    private final InetSocketAddress server;
    private final Ticker ticker;
    private final Carrier carrier;
    private final ClientListener listener;
    private final @Nullable SSLContext tls;
    private final Selector selector;
    private final List<ClientSocket> sockets = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer batch = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final MessageDeflater deflater = new MessageDeflater();
    private final FrameReader frames;
    private @Nullable Link batching;
    private byte[] request = {};
    private int opening;
    private int lostSockets;
    private int closed;
    private int mask = 0x9E3779B9;

    /** Over HTTP/1.1. */
    public LoadClient(int port, Ticker ticker, ClientListener listener) throws IOException {
        this(port, ticker, Carrier.HTTP1, listener);
    }

    public LoadClient(int port, Ticker ticker, Carrier carrier, ClientListener listener)
            throws IOException {
        this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.ticker = ticker;
        this.carrier = carrier;
        this.listener = listener;
        this.frames = new FrameReader(this, listener);
        this.tls = carrier.isSecure() ? SecureBytes.trustingContext() : null;
        this.selector = Selector.open();
    }

    /** Opens {@code count} more WebSockets, all through their upgrade when it returns. */
    public void open(int count, Opening what, Duration limit) throws IOException {
        begin(what);
        long deadlineNanos = ticker.nanoTime() + limit.toNanos();
        int most = carrier.isHttp1() ? OPENING_AT_ONCE : STREAMS_OPENING_AT_ONCE;
        for (int left = count; left > 0; ) {
            left -= connect(left);
            await("opening socket " + sockets.size(), () -> opening < most, deadlineNanos);
        }
        await("the last upgrades", () -> opening == 0, deadlineNanos);
    }

    /** What the sockets that {@link #openOne} opens ask for. */
    public void begin(Opening what) {
        if (what.deflate() && !carrier.isHttp1()) {
            throw new IllegalArgumentException("permessage-deflate is offered over HTTP/1.1 only");
        }
        String authority = "127.0.0.1:" + server.getPort();
        request =
                carrier.isHttp1()
                        ? Http1Link.request(what, authority)
                        : Hpack.connect(what, carrier.scheme(), authority);
    }

    /** Begins to open one more, over HTTP/1.1 only; {@link ClientListener#onOpen} follows. */
    public void openOne() throws IOException {
        if (!carrier.isHttp1()) {
            throw new IllegalStateException("streams are opened by the connection");
        }
        connect(1);
    }

    public int size() {
        return sockets.size();
    }

    public ClientSocket socket(int index) {
        return sockets.get(index);
    }

    /** Sockets that ended although this client did not close them. */
    public int lostSockets() {
        return lostSockets;
    }

    /** Sockets that are over, lost or closed. */
    public int closedSockets() {
        return closed;
    }

    /** Pings that were answered. */
    public long pings() {
        return frames.pings();
    }

    /** False when the socket is closed, or an earlier message is still stuck in it. */
    public boolean send(ClientSocket socket, int opcode, byte[] payload, int length) {
        if (socket.state() != ClientSocket.State.OPEN) {
            return false;
        }
        try {
            return socket.link().send(socket, opcode, payload, length);
        } catch (IOException e) {
            lose(socket);
            return false;
        }
    }

    /** From now on the socket's messages are not read, as if its program hung. */
    public void stall(ClientSocket socket) {
        socket.link().stall(socket);
    }

    /** Handles what is there, after waiting for it at most so long; under 1 ms it does not wait. */
    public void poll(long waitNanos) throws IOException {
        if (waitNanos >= ONE_MILLI) {
            selector.select(this::ready, waitNanos / ONE_MILLI);
        } else {
            selector.selectNow(this::ready);
        }
    }

    /** Polls until the condition holds; false when the deadline came first. */
    public boolean pollUntil(BooleanSupplier done, long deadlineNanos) throws IOException {
        while (!done.getAsBoolean()) {
            long leftNanos = deadlineNanos - ticker.nanoTime();
            if (leftNanos <= 0) {
                return false;
            }
            poll(Math.min(leftNanos, 10 * ONE_MILLI));
        }
        return true;
    }

    /** Begins the closing handshake of one socket. */
    public void close(ClientSocket socket) {
        byte[] normal = {0x03, (byte) 0xE8};
        if (send(socket, FrameCursor.CLOSE, normal, normal.length)) {
            socket.moveTo(ClientSocket.State.CLOSING);
            try {
                socket.link().endOutput(socket);
            } catch (IOException e) {
                lose(socket);
            }
        }
    }

    /** Takes all sockets through the closing handshake and forgets them. */
    public void closeSockets(Duration limit) throws IOException {
        sockets.forEach(this::close);
        await(
                "the closing handshakes",
                () -> sockets.stream().allMatch(s -> s.state() == ClientSocket.State.CLOSED),
                ticker.nanoTime() + limit.toNanos());
        for (Link link : links) {
            link.close();
        }
        links.clear();
        sockets.clear();
    }

    @Override
    public void close() throws IOException {
        for (Link link : links) {
            link.close();
        }
        sockets.forEach(ClientSocket::release);
        deflater.close();
        selector.close();
    }

    private void await(String what, BooleanSupplier done, long deadlineNanos) throws IOException {
        if (!pollUntil(done, deadlineNanos)) {
            throw new BenchException(
                    "time ran out on " + what + ": " + opening + " of them are not answered");
        }
    }

    /** One more TCP connection; how many WebSockets of those wanted it carries. */
    private int connect(int wanted) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        SourceAddresses.bind(channel);
        SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
        int carried = 1;
        Link link;
        if (carrier.isHttp1()) {
            Http1Link single = new Http1Link(this, channel, key, request, sockets.size());
            sockets.add(single.socket());
            link = single;
        } else {
            carried = Math.min(wanted, carrier.streams());
            Http2Link many =
                    new Http2Link(
                            this, channel, bytes(channel), key, request, sockets.size(), carried);
            sockets.addAll(List.of(many.sockets()));
            link = many;
        }
        key.attach(link);
        links.add(link);
        opening += carried;
        if (channel.connect(server)) {
            link.finishConnect();
        }
        return carried;
    }

    private Bytes bytes(SocketChannel channel) {
        return tls == null ? new Bytes.Plain(channel) : new SecureBytes(channel, tls);
    }

    private void ready(SelectionKey key) {
        Link link = (Link) key.attachment();
        try {
            if (!link.isConnected()) {
                link.finishConnect();
                return;
            }
            link.flushPending();
            if (key.isReadable() && !link.read(in, ticker)) {
                link.onEnd();
                link.close();
            }
        } catch (IOException e) {
            link.onEnd();
        }
    }

    /** All whole frames of {@code from}. */
    void frames(ClientSocket socket, ByteBuffer from, long nowNanos) {
        frames.read(socket, from, nowNanos);
    }

    void opened(ClientSocket socket) {
        socket.moveTo(ClientSocket.State.OPEN);
        opening--;
        listener.onOpen(socket);
    }

    void lose(ClientSocket socket) {
        ClientSocket.State was = socket.state();
        if (was == ClientSocket.State.CLOSED) {
            return;
        }
        if (was == ClientSocket.State.CONNECTING || was == ClientSocket.State.UPGRADING) {
            throw new BenchException("the server refused socket " + socket.index());
        }
        if (was == ClientSocket.State.OPEN) {
            lostSockets++;
        }
        socket.moveTo(ClientSocket.State.CLOSED);
        closed++;
        socket.link().onClosed(socket);
    }

    MessageDeflater deflater() {
        return deflater;
    }

    ByteBuffer out() {
        return out;
    }

    ByteBuffer beginBatch(Link link) {
        batching = link;
        return batch.clear();
    }

    ByteBuffer batch() {
        return batch;
    }

    boolean isBatching(Link link) {
        return batching == link;
    }

    void endBatch() {
        batching = null;
    }

    int nextMask() {
        mask = mask * 0x41C64E6D + 0x3039;
        return mask;
    }
}
