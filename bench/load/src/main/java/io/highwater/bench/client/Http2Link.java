package io.highwater.bench.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * Many WebSockets on one TCP connection: HTTP/2 by prior knowledge and Extended CONNECT (RFC 8441).
 * What one read causes to be sent leaves in one write.
 */
final class Http2Link extends Link {
    /** Credit for the connection is given back in pieces of this size. */
    private static final int CONNECTION_CREDIT = 1 << 29;

    private static final int STREAM_CREDIT = Http2.DEFAULT_WINDOW / 2;

    private final LoadClient client;
    private final byte[] headers;
    private final ClientSocket[] sockets;
    private int connectionWindow = Http2.DEFAULT_WINDOW;
    private int streamWindow = Http2.DEFAULT_WINDOW;
    private int uncredited;
    private boolean settled;

    /**
     * @param headers the header block of each stream's request
     * @param first index of the first socket
     */
    Http2Link(
            LoadClient client,
            SocketChannel channel,
            Bytes bytes,
            SelectionKey key,
            byte[] headers,
            int first,
            int streams) {
        super(channel, bytes, key);
        this.client = client;
        this.headers = headers;
        this.sockets = new ClientSocket[streams];
        for (int i = 0; i < streams; i++) {
            sockets[i] = new ClientSocket(first + i, this, 1 + 2 * i);
        }
    }

    ClientSocket[] sockets() {
        return sockets;
    }

    @Override
    void onConnected() throws IOException {
        Http2.preface(client.out().clear());
        write(client.out().flip());
    }

    @Override
    void onRead(ByteBuffer in, long nowNanos) throws IOException {
        ByteBuffer batch = client.beginBatch(this);
        try {
            int all = in.limit();
            while (in.remaining() >= Http2.FRAME_HEADER_BYTES) {
                int at = in.position();
                int length = in.getInt(at) >>> 8;
                int end = at + Http2.FRAME_HEADER_BYTES + length;
                if (end > all) {
                    break;
                }
                int type = in.get(at + 3);
                int flags = in.get(at + 4);
                int stream = in.getInt(at + 5) & Integer.MAX_VALUE;
                in.position(at + Http2.FRAME_HEADER_BYTES).limit(end);
                onFrame(type, flags, stream, in, nowNanos);
                in.limit(all).position(end);
            }
        } finally {
            client.endBatch();
        }
        if (batch.position() > 0) {
            write(batch.flip());
        }
    }

    private void onFrame(int type, int flags, int stream, ByteBuffer payload, long nowNanos)
            throws IOException {
        switch (type) {
            case Http2.DATA -> onData(socket(stream), flags, payload, nowNanos);
            case Http2.HEADERS -> onHeaders(socket(stream), flags, payload);
            case Http2.RST_STREAM -> client.lose(socket(stream));
            case Http2.SETTINGS -> onSettings(flags, payload);
            case Http2.PING -> onPing(flags, payload);
            case Http2.WINDOW_UPDATE -> onCredit(stream, payload.getInt());
            case Http2.GOAWAY -> onGoAway(payload);
            default -> {
                // RFC 9113 section 4.1: others are ignored.
            }
        }
    }

    private ClientSocket socket(int stream) {
        int index = stream >> 1;
        if ((stream & 1) == 0 || index >= sockets.length) {
            throw new BenchException("the server speaks on stream " + stream);
        }
        return sockets[index];
    }

    private void onData(ClientSocket socket, int flags, ByteBuffer data, long nowNanos)
            throws IOException {
        credit(socket, data.remaining());
        if ((flags & Http2.PADDED) != 0) {
            throw new BenchException("the server pads DATA frames");
        }
        byte[] kept = socket.takeUnread();
        ByteBuffer in = data;
        if (kept != null) {
            in = ByteBuffer.allocate(kept.length + data.remaining()).put(kept).put(data).flip();
        }
        client.frames(socket, in, nowNanos);
        if (in.hasRemaining() && socket.state() != ClientSocket.State.CLOSED) {
            byte[] rest = new byte[in.remaining()];
            in.get(rest);
            socket.keep(rest);
        }
        if ((flags & Http2.END_STREAM) != 0) {
            client.lose(socket);
        }
    }

    private void credit(ClientSocket socket, int bytes) throws IOException {
        uncredited += bytes;
        if (uncredited >= CONNECTION_CREDIT) {
            Http2.windowUpdate(room(16), 0, uncredited);
            uncredited = 0;
        }
        socket.uncredited += bytes;
        if (socket.uncredited >= STREAM_CREDIT && !socket.stalled) {
            Http2.windowUpdate(room(16), socket.stream(), socket.uncredited);
            socket.uncredited = 0;
        }
    }

    private void onHeaders(ClientSocket socket, int flags, ByteBuffer block) {
        if (socket.state() != ClientSocket.State.UPGRADING) {
            // Trailers.
            client.lose(socket);
            return;
        }
        int status = (flags & Http2.PADDED) == 0 ? Hpack.status(block) : -1;
        if (status != 200) {
            throw new BenchException("the Extended CONNECT was answered with " + status);
        }
        if ((flags & Http2.END_STREAM) != 0) {
            throw new BenchException("the server ended the stream with its answer");
        }
        client.opened(socket);
    }

    private void onSettings(int flags, ByteBuffer payload) throws IOException {
        if ((flags & Http2.ACK) != 0) {
            return;
        }
        boolean connectProtocol = false;
        while (payload.hasRemaining()) {
            int name = payload.getShort();
            int value = payload.getInt();
            if (name == Http2.SETTINGS_INITIAL_WINDOW_SIZE) {
                streamWindow = value;
            } else if (name == Http2.SETTINGS_ENABLE_CONNECT_PROTOCOL) {
                connectProtocol = value == 1;
            } else if (name == Http2.SETTINGS_MAX_CONCURRENT_STREAMS && value < sockets.length) {
                throw new BenchException("the server allows " + value + " streams a connection");
            }
        }
        Http2.frame(room(16), Http2.SETTINGS, Http2.ACK, 0, 0);
        if (!settled) {
            settled = true;
            if (!connectProtocol) {
                throw new BenchException("the server has no Extended CONNECT (RFC 8441)");
            }
            requestAll();
        }
    }

    private void requestAll() throws IOException {
        for (ClientSocket socket : sockets) {
            socket.sendWindow = streamWindow;
            socket.moveTo(ClientSocket.State.UPGRADING);
            ByteBuffer out = room(Http2.FRAME_HEADER_BYTES + headers.length);
            Http2.frame(out, Http2.HEADERS, Http2.END_HEADERS, socket.stream(), headers.length);
            out.put(headers);
        }
    }

    private void onPing(int flags, ByteBuffer payload) throws IOException {
        if ((flags & Http2.ACK) == 0) {
            ByteBuffer out = room(32);
            Http2.frame(out, Http2.PING, Http2.ACK, 0, 8);
            out.put(payload);
        }
    }

    private void onCredit(int stream, int bytes) {
        if (stream == 0) {
            connectionWindow += bytes;
        } else {
            socket(stream).sendWindow += bytes;
        }
    }

    private void onGoAway(ByteBuffer payload) {
        int last = payload.getInt();
        int code = payload.getInt();
        if (code != 0) {
            throw new BenchException("GOAWAY with error " + code + " after stream " + last);
        }
    }

    @Override
    void onEnd() {
        for (ClientSocket socket : sockets) {
            client.lose(socket);
        }
    }

    @Override
    boolean send(ClientSocket socket, int opcode, byte[] payload, int length) throws IOException {
        int most = length + FrameWriter.MAX_HEADER_BYTES;
        if (connectionWindow < most || socket.sendWindow < most) {
            return false;
        }
        boolean batched = client.isBatching(this);
        ByteBuffer out = batched ? room(Http2.FRAME_HEADER_BYTES + most) : client.out().clear();
        int at = out.position();
        out.position(at + Http2.FRAME_HEADER_BYTES);
        FrameWriter.putMasked(out, opcode, payload, length, client.nextMask());
        int bytes = out.position() - at - Http2.FRAME_HEADER_BYTES;
        out.position(at);
        Http2.frame(out, Http2.DATA, 0, socket.stream(), bytes);
        out.position(at + Http2.FRAME_HEADER_BYTES + bytes);
        connectionWindow -= bytes;
        socket.sendWindow -= bytes;
        if (!batched) {
            write(out.flip());
        }
        return true;
    }

    /** The batch, with so much room. */
    private ByteBuffer room(int bytes) throws IOException {
        ByteBuffer batch = client.batch();
        if (batch.remaining() < bytes) {
            write(batch.flip());
            batch.clear();
        }
        return batch;
    }

    @Override
    void stall(ClientSocket socket) {
        socket.stalled = true;
    }

    @Override
    void endOutput(ClientSocket socket) throws IOException {
        ByteBuffer out = client.isBatching(this) ? room(16) : client.out().clear();
        Http2.frame(out, Http2.DATA, Http2.END_STREAM, socket.stream(), 0);
        if (!client.isBatching(this)) {
            write(out.flip());
        }
    }

    @Override
    void onClosed(ClientSocket socket) {
        // The server's Close came first or its stream is gone; the sockets that we closed have
        // ended their half already. The TCP connection stays for its siblings.
    }
}
