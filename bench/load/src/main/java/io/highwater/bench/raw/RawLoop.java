package io.highwater.bench.raw;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.FrameCursor;
import io.highwater.bench.client.FrameWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The floor of the benchmark: about the least a WebSocket server on java.nio can do.
 *
 * <p>A reference to measure against, NOT a server for people: it has no limits, no origin check, no
 * UTF-8 check, no fragmentation, no timeouts, and an unbounded queue for whoever reads slowly. It
 * binds loopback only. {@code /v1/echo} echoes; {@code /v1/chat/{room}} sends every message to all
 * members of the room as it came, by one write per message and member, or with {@code --joined} by
 * one write per member for all that a turn of the selector brought.
 *
 * <p>Confined to the thread that calls {@link #run}; only {@link #port} and {@link #close} are for
 * others.
 */
public final class RawLoop implements AutoCloseable {
    private static final int BACKLOG = 4096;
    private static final int READ_BYTES = 256 * 1024;
    private static final int TURN_BYTES = 4 * READ_BYTES;

    private final Selector selector;
    private final ServerSocketChannel acceptor;
    private final RoomWrites roomWrites;
    private final Map<String, Room> rooms = new HashMap<>();
    private final Set<Room> dirty = new LinkedHashSet<>();
    private final ByteBuffer in = ByteBuffer.allocateDirect(READ_BYTES);
    private final ByteBuffer out = ByteBuffer.allocateDirect(READ_BYTES);
    private final FrameCursor cursor = new FrameCursor(FrameWriter.MAX_PAYLOAD_BYTES);

    /** How a room's messages reach the sockets. */
    public enum RoomWrites {
        /** One write per message and member. */
        EACH,
        /** One write per member for all that a turn of the selector brought. */
        JOINED
    }

    /** The members of one room and, when writes are joined, what this turn has for them. */
    static final class Room {
        private final List<RawConnection> members = new ArrayList<>();
        private final ByteBuffer turn;

        Room(RoomWrites writes) {
            turn = ByteBuffer.allocateDirect(writes == RoomWrites.JOINED ? TURN_BYTES : 0);
        }
    }

    public RawLoop(int port, RoomWrites roomWrites) throws IOException {
        this.roomWrites = roomWrites;
        selector = Selector.open();
        acceptor = ServerSocketChannel.open();
        acceptor.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        acceptor.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        acceptor.configureBlocking(false);
        acceptor.register(selector, SelectionKey.OP_ACCEPT);
    }

    /** {@code [--port N] [--joined]}; prints one ready line and serves until killed. */
    public static void main(String[] args) throws IOException {
        int port = 0;
        RoomWrites writes = RoomWrites.EACH;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--port" -> port = Integer.parseInt(args[++i]);
                case "--joined" -> writes = RoomWrites.JOINED;
                default -> throw new IllegalArgumentException("unknown option " + args[i]);
            }
        }
        try (RawLoop loop = new RawLoop(port, writes)) {
            System.out.println("RawLoop ready: http://127.0.0.1:" + loop.port());
            loop.run();
        }
    }

    public int port() {
        return acceptor.socket().getLocalPort();
    }

    /** Serves until {@link #close}. */
    public void run() throws IOException {
        try {
            while (true) {
                selector.select(this::ready);
                flushDirtyRooms();
            }
        } catch (ClosedSelectorException e) {
            // This is how close() ends the loop.
        }
    }

    /** Ends {@link #run}; callable from any thread. */
    @Override
    public void close() throws IOException {
        selector.close();
        acceptor.close();
    }

    private void ready(SelectionKey key) {
        if (!key.isValid()) {
            // A broadcast earlier in this turn found its socket reset.
            return;
        }
        if (key.attachment() instanceof RawConnection connection) {
            try {
                if (key.isWritable()) {
                    connection.flushPending();
                }
                if (key.isReadable()) {
                    read(connection);
                }
            } catch (IOException | BenchException e) {
                // The peer is gone or speaks nonsense; a load client notices what it misses.
                drop(connection);
            }
        } else {
            accept();
        }
    }

    private void accept() {
        try {
            SocketChannel channel;
            while ((channel = acceptor.accept()) != null) {
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
                key.attach(new RawConnection(channel, key));
            }
        } catch (IOException e) {
            throw new BenchException("the raw loop cannot accept: " + e.getMessage(), e);
        }
    }

    private void read(RawConnection connection) throws IOException {
        if (!connection.fill(in)) {
            drop(connection);
            return;
        }
        if (!connection.upgraded() && !upgrade(connection)) {
            connection.keepRest(in);
            return;
        }
        while (cursor.next(in)) {
            onFrame(connection);
        }
        connection.keepRest(in);
    }

    private boolean upgrade(RawConnection connection) throws IOException {
        RawUpgrade request = RawUpgrade.parse(in);
        if (request == null) {
            return false;
        }
        connection.write(ByteBuffer.wrap(request.answer()));
        String name = request.room();
        if (name == null) {
            connection.upgraded(null);
        } else {
            Room room = rooms.computeIfAbsent(name, key -> new Room(roomWrites));
            room.members.add(connection);
            connection.upgraded(room);
        }
        return true;
    }

    private void onFrame(RawConnection connection) throws IOException {
        int opcode = cursor.opcode();
        switch (opcode) {
            case FrameCursor.CLOSE -> {
                answer(connection, FrameCursor.CLOSE);
                throw new BenchException("closed by the peer");
            }
            case FrameCursor.PING -> answer(connection, FrameCursor.PONG);
            case FrameCursor.PONG -> {}
            default -> {
                Room room = connection.room();
                if (room == null) {
                    answer(connection, opcode);
                } else {
                    broadcast(room, opcode);
                }
            }
        }
    }

    private void answer(RawConnection connection, int opcode) throws IOException {
        out.clear();
        FrameWriter.put(out, opcode, in, cursor.payloadAt(), cursor.payloadLength());
        connection.write(out.flip());
    }

    private void broadcast(Room room, int opcode) {
        if (roomWrites == RoomWrites.EACH) {
            out.clear();
            FrameWriter.put(out, opcode, in, cursor.payloadAt(), cursor.payloadLength());
            writeToAll(room, out.flip());
            return;
        }
        if (room.turn.remaining() < cursor.payloadLength() + FrameWriter.MAX_HEADER_BYTES) {
            flushDirtyRooms();
        }
        FrameWriter.put(room.turn, opcode, in, cursor.payloadAt(), cursor.payloadLength());
        dirty.add(room);
    }

    private void flushDirtyRooms() {
        if (dirty.isEmpty()) {
            return;
        }
        for (Room room : dirty) {
            writeToAll(room, room.turn.flip());
            room.turn.clear();
        }
        dirty.clear();
    }

    private void writeToAll(Room room, ByteBuffer frames) {
        List<RawConnection> members = room.members;
        for (int i = members.size() - 1; i >= 0; i--) {
            RawConnection member = members.get(i);
            try {
                member.write(frames.rewind());
            } catch (IOException e) {
                // A reset member leaves; those that move down into its place were served before.
                drop(member);
            }
        }
    }

    private void drop(RawConnection connection) {
        Room room = connection.room();
        if (room != null) {
            room.members.remove(connection);
        }
        connection.close();
    }
}
