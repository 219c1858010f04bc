package io.highwater.bench.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A WebSocket on a TCP connection of its own: RFC 6455 section 4.1. */
final class Http1Link extends Link {
    // RFC 6455 section 1.3. The key proves nothing here, so that all sockets may share it.
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final String ACCEPT = "s3pplmbitxaq9kygzzhzrbk+xoo=";

    private static final String DEFLATE_OFFER =
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

    private final LoadClient client;
    private final byte[] request;
    private final ClientSocket socket;

    /**
     * @param index of its socket
     */
    Http1Link(
            LoadClient client, SocketChannel channel, SelectionKey key, byte[] request, int index) {
        super(channel, new Bytes.Plain(channel), key);
        this.client = client;
        this.request = request;
        this.socket = new ClientSocket(index, this, 0);
    }

    static byte[] request(Opening opening, String authority) {
        String offer =
                opening.subprotocol() == null
                        ? ""
                        : "Sec-WebSocket-Protocol: " + opening.subprotocol() + "\r\n";
        String extension = opening.deflate() ? DEFLATE_OFFER : "";
        return ("GET " + opening.path() + " HTTP/1.1\r\nHost: " + authority + "\r\n")
                .concat("Upgrade: websocket\r\nConnection: Upgrade\r\n")
                .concat("Sec-WebSocket-Key: " + KEY + "\r\nSec-WebSocket-Version: 13\r\n")
                .concat(offer + extension + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    ClientSocket socket() {
        return socket;
    }

    @Override
    void onConnected() throws IOException {
        socket.moveTo(ClientSocket.State.UPGRADING);
        write(ByteBuffer.wrap(request));
    }

    @Override
    void onRead(ByteBuffer in, long nowNanos) {
        if (socket.state() != ClientSocket.State.UPGRADING || upgraded(in)) {
            client.frames(socket, in, nowNanos);
        }
    }

    private boolean upgraded(ByteBuffer in) {
        int end = endOfHead(in);
        if (end < 0) {
            return false;
        }
        byte[] bytes = new byte[end];
        in.get(bytes);
        String head = new String(bytes, StandardCharsets.ISO_8859_1);
        String lower = head.toLowerCase(Locale.ROOT);
        if (!head.startsWith("HTTP/1.1 101 ") || !lower.contains(ACCEPT)) {
            throw new BenchException(
                    "the upgrade was answered with " + head.lines().findFirst().orElse(""));
        }
        socket.deflates(lower.contains("\r\nsec-websocket-extensions: permessage-deflate"));
        client.opened(socket);
        return true;
    }

    /** The length of the response's head with its empty line; -1 while that has not come. */
    private static int endOfHead(ByteBuffer in) {
        for (int i = in.position() + 3; i < in.limit(); i++) {
            if (in.get(i) == '\n' && in.get(i - 2) == '\n') {
                return i + 1 - in.position();
            }
        }
        return -1;
    }

    @Override
    void onEnd() {
        client.lose(socket);
    }

    @Override
    boolean send(ClientSocket ours, int opcode, byte[] payload, int length) throws IOException {
        if (isStuck()) {
            return false;
        }
        ByteBuffer out = client.out();
        out.clear();
        if (socket.deflates() && opcode <= FrameCursor.BINARY) {
            MessageDeflater deflater = client.deflater();
            int made = deflater.deflate(payload, length);
            int marked = opcode | FrameWriter.COMPRESSED;
            FrameWriter.putMasked(out, marked, deflater.out(), made, client.nextMask());
        } else {
            FrameWriter.putMasked(out, opcode, payload, length, client.nextMask());
        }
        write(out.flip());
        return true;
    }

    @Override
    void stall(ClientSocket ours) {
        stopReading();
    }

    @Override
    void endOutput(ClientSocket ours) {
        // The server ends TCP after its Close frame (RFC 6455 section 7.1.1).
    }

    @Override
    void onClosed(ClientSocket ours) {
        try {
            close();
        } catch (IOException e) {
            throw new BenchException("a socket cannot be closed: " + e.getMessage(), e);
        }
    }
}
