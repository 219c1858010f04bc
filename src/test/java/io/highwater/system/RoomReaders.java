package io.highwater.system;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Many members of one chat room on one selector. Those that read check that the messages {@code
 * {"type":"message","id":"N",...} } come whole, in their order, each once. Confined to one thread.
 */
final class RoomReaders implements AutoCloseable {
    private static final byte[] PREFIX =
            "{\"type\":\"message\",\"id\":\"".getBytes(StandardCharsets.US_ASCII);

    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);
    private final List<Member> readers = new ArrayList<>();
    private final List<SocketChannel> stopped = new ArrayList<>();
    private final SocketAddress server;
    private final String path;

    /** How many readers have had how many messages; to know the slowest without a search. */
    private final int[] readersAt;

    private int slowest;

    RoomReaders(int port, String path, int messages) throws IOException {
        this.server = new InetSocketAddress("127.0.0.1", port);
        this.path = path;
        this.readersAt = new int[messages + 1];
    }

    /** Adds a member that reads. */
    void addReader() throws IOException {
        SocketChannel channel = open();
        channel.configureBlocking(false);
        Member member = new Member(channel);
        channel.register(selector, SelectionKey.OP_READ, member);
        readers.add(member);
        readersAt[0]++;
    }

    /** Adds a member that never reads. */
    void addStopped() throws IOException {
        stopped.add(open());
    }

    private SocketChannel open() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.connect(server);
        Socket socket = channel.socket();
        socket.getOutputStream().write(Upgrade.request(socket.getPort(), path));
        Upgrade.readAnswer(socket.getInputStream());
        return channel;
    }

    /** Messages that every reader has had. */
    int heardByAll() {
        return slowest;
    }

    /** Has the first reader say something to the room. */
    void say(byte[] frame) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        Member speaker = readers.get(0);
        speaker.speaking = true;
        while (bytes.hasRemaining()) {
            if (speaker.channel.write(bytes) == 0) {
                poll(1);
            }
        }
        speaker.speaking = false;
        speaker.answerPing();
    }

    /** Reads what is there; waits up to {@code millis} for something. */
    void poll(long millis) throws IOException {
        if (millis > 0) {
            selector.select(millis);
        } else {
            selector.selectNow();
        }
        for (SelectionKey key : selector.selectedKeys()) {
            read((Member) key.attachment());
        }
        selector.selectedKeys().clear();
        while (slowest < readersAt.length - 1 && readersAt[slowest] == 0) {
            slowest++;
        }
    }

    private void read(Member member) throws IOException {
        buffer.clear();
        if (member.channel.read(buffer) < 0) {
            throw new EOFException("a reader's socket ended after " + member.heard);
        }
        buffer.flip();
        int before = member.heard;
        member.consume(buffer);
        member.answerPing();
        readersAt[before]--;
        readersAt[member.heard]++;
    }

    @Override
    public void close() throws IOException {
        for (Member member : readers) {
            member.channel.close();
        }
        for (SocketChannel channel : stopped) {
            channel.close();
        }
        selector.close();
    }

    /** One reader's place in its stream of frames. */
    private static final class Member {
        final SocketChannel channel;
        int heard;

        /** The head of a frame, and of its payload as much as tells its number. */
        private final ByteBuffer head = ByteBuffer.allocate(4 + 40);

        private int toSkip;
        private byte @Nullable [] pong;
        boolean speaking;

        Member(SocketChannel channel) {
            this.channel = channel;
        }

        void consume(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                if (toSkip > 0) {
                    int skipped = Math.min(toSkip, bytes.remaining());
                    bytes.position(bytes.position() + skipped);
                    toSkip -= skipped;
                    continue;
                }
                head.put(bytes.get());
                int payload = payloadLength();
                if (payload >= 0 && head.position() == headLength() + Math.min(payload, 40)) {
                    check(payload);
                    toSkip = payload - Math.min(payload, 40);
                    head.clear();
                }
            }
        }

        private int headLength() {
            return (head.get(1) & 0x7F) == 126 ? 4 : 2;
        }

        /** -1 while it has not come yet. */
        private int payloadLength() {
            if (head.position() < 2 || head.position() < headLength()) {
                return -1;
            }
            int length = head.get(1) & 0x7F;
            return length == 126 ? head.getShort(2) & 0xFFFF : length;
        }

        private void check(int payload) {
            int opcode = head.get(0) & 0xF;
            int at = headLength();
            if (opcode == Peer.PING) {
                pong = Arrays.copyOfRange(head.array(), at, at + payload);
                return;
            }
            if (opcode != Peer.TEXT || (head.get(0) & 0x80) == 0) {
                throw new AssertionError(
                        "a reader got opcode "
                                + opcode
                                + ", "
                                + (head.getShort(at) & 0xFFFF)
                                + ", after "
                                + heard);
            }
            if (payload < 100 && !startsWithPrefix(at)) {
                return; // the welcome
            }
            if (!startsWithPrefix(at)) {
                throw new AssertionError("a reader got something else after " + heard);
            }
            int number = 0;
            for (int i = at + PREFIX.length; head.get(i) != '"'; i++) {
                number = number * 10 + head.get(i) - '0';
            }
            if (number != heard) {
                throw new AssertionError("a reader got " + number + " instead of " + heard);
            }
            heard++;
        }

        /** Not in the midst of a frame of ours. */
        void answerPing() throws IOException {
            byte[] payload = pong;
            if (payload != null && !speaking) {
                pong = null;
                ByteBuffer frame = ByteBuffer.wrap(Peer.masked(Peer.PONG, payload));
                while (frame.hasRemaining()) {
                    channel.write(frame);
                }
            }
        }

        private boolean startsWithPrefix(int at) {
            for (int i = 0; i < PREFIX.length; i++) {
                if (head.get(at + i) != PREFIX[i]) {
                    return false;
                }
            }
            return true;
        }
    }
}
