package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.ClientSocket;
import io.highwater.bench.client.FrameCursor;
import io.highwater.bench.client.LoadClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Publications to many channels, and what comes back of them. Confined to one thread: the bytes are
 * written over for each message.
 */
final class BackboneMessage {
    /** What {@link #read} gives for anything but a message of this benchmark. */
    static final long NONE = -1;

    private static final byte[] PUBLISHED = FanoutMessage.ascii("{\"type\":\"published\"");
    private static final byte[] ERROR = FanoutMessage.ascii("{\"type\":\"error\"");
    private static final byte[] MESSAGE = FanoutMessage.ascii("{\"type\":\"message\"");

    private static final int CHANNEL_DIGITS = 4;
    private static final int ID_DIGITS = 16;
    private static final String HEAD = "{\"type\":\"publish\",\"id\":1,\"channel\":\"bench.";
    private static final String BEFORE_ID = "\",\"msgId\":\"";
    private static final String BEFORE_DATA = "\",\"data\":\"";
    private static final String TAIL = "\"}";
    private static final int ID_AT = HEAD.length() + CHANNEL_DIGITS + BEFORE_ID.length();

    private final int stampBytes;
    private final byte[] command;

    /**
     * @param dataBytes of {@code data}, without its quotes
     */
    BackboneMessage(int dataBytes) {
        stampBytes = Math.max(FanoutMessage.Stamp.MIN_BYTES, dataBytes);
        command =
                FanoutMessage.ascii(
                        HEAD
                                + "0".repeat(CHANNEL_DIGITS)
                                + BEFORE_ID
                                + "0".repeat(ID_DIGITS)
                                + BEFORE_DATA
                                + FanoutMessage.Stamp.blank(stampBytes)
                                + TAIL);
    }

    static String channel(int number) {
        byte[] digits = new byte[CHANNEL_DIGITS];
        EchoLoad.putHex(digits, 0, CHANNEL_DIGITS, number);
        return "bench." + new String(digits, StandardCharsets.US_ASCII);
    }

    /** The command, good until the next call; the sequence makes its msgId. */
    byte[] number(int channel, long sequence, long atNanos) {
        EchoLoad.putHex(command, HEAD.length(), CHANNEL_DIGITS, channel);
        EchoLoad.putHex(command, ID_AT, ID_DIGITS, sequence);
        FanoutMessage.Stamp.put(command, stampAt(0, command.length), sequence, atNanos);
        return command;
    }

    private int stampAt(int at, int length) {
        return at + length - TAIL.length() - stampBytes;
    }

    /** The sequence of a message that was delivered, or {@link #NONE}. */
    long read(ByteBuffer in, int at, int length) {
        return begins(in, at, length, MESSAGE)
                ? FanoutMessage.Stamp.sequence(in, stampAt(at, length))
                : NONE;
    }

    /** The time in a message that was delivered. */
    long sentAtNanos(ByteBuffer in, int at, int length) {
        return FanoutMessage.Stamp.nanos(in, stampAt(at, length));
    }

    static boolean isPublished(ByteBuffer in, int at, int length) {
        return begins(in, at, length, PUBLISHED);
    }

    /** Throws what an error says, if it is one. */
    static void throwError(ByteBuffer in, int at, int length) {
        if (begins(in, at, length, ERROR)) {
            throw new BenchException(text(in, at, length));
        }
    }

    static String text(ByteBuffer in, int at, int length) {
        byte[] text = new byte[length];
        in.get(at, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    static boolean begins(ByteBuffer in, int at, int length, byte[] prefix) {
        if (length < prefix.length) {
            return false;
        }
        // From the end: what differs between messages is the type.
        for (int i = prefix.length - 1; i >= 0; i--) {
            if (in.get(at + i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /** Sends any command, which a socket takes that has nothing stuck in it. */
    static void send(LoadClient client, ClientSocket socket, byte[] command) {
        if (!client.send(socket, FrameCursor.TEXT, command, command.length)) {
            throw new BenchException(
                    "socket " + socket.index() + " is " + socket.state() + " and takes no command");
        }
    }
}
