package io.highwater.cli.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A chat message with a number and a time in its text. Confined to one thread: its bytes are
 * written over for each message.
 */
final class ChatMessage {
    /** What {@link #read} gives for anything but a chat message of this benchmark. */
    static final long NONE = -1;

    /** As for NONE, but it has the mark: cut short, or changed on its way. */
    static final long WRONG = -2;

    private static final char MARK = '#';
    private static final int ID_DIGITS = 8;
    private static final int DIGITS = 16;
    private static final String HEAD = "{\"type\":\"message\",";
    private static final String ID = "\"id\":\"";
    private static final String NAME = "\",\"name\":\"bench\",\"text\":\"";
    private static final String TAIL = "\"}";
    private static final int FIXED_BYTES =
            HEAD.length()
                    + ID.length()
                    + ID_DIGITS
                    + NAME.length()
                    + 1
                    + 2 * DIGITS
                    + TAIL.length();

    private final byte[] delivered;
    private final byte[] command;
    private final int markAt;
    private long sentAtNanos;

    /** What goes to the server. */
    enum Form {
        /** What a member of Highwater's chat sends; the server makes the delivered form of it. */
        COMMAND,
        /** What every member gets, for a server that passes messages on as they came. */
        DELIVERED
    }

    /** {@code deliveredBytes} is the payload that every member gets. */
    ChatMessage(int deliveredBytes) {
        String rest =
                ID
                        + "0".repeat(ID_DIGITS)
                        + NAME
                        + MARK
                        + "0".repeat(2 * DIGITS)
                        + "x".repeat(deliveredBytes - FIXED_BYTES)
                        + TAIL;
        delivered = (HEAD + rest).getBytes(StandardCharsets.US_ASCII);
        command = ("{" + rest).getBytes(StandardCharsets.US_ASCII);
        markAt = (HEAD + rest).indexOf(MARK);
    }

    static int minBytes() {
        return FIXED_BYTES;
    }

    /** The bytes to publish, good until the next call. */
    byte[] number(Form form, long sequence, long atNanos) {
        byte[] bytes =
                switch (form) {
                    case COMMAND -> command;
                    case DELIVERED -> delivered;
                };
        int shift = bytes.length - delivered.length;
        int mark = shift + markAt;
        EchoLoad.putHex(bytes, shift + HEAD.length() + ID.length(), ID_DIGITS, sequence);
        EchoLoad.putHex(bytes, mark + 1, DIGITS, sequence);
        EchoLoad.putHex(bytes, mark + 1 + DIGITS, DIGITS, atNanos);
        return bytes;
    }

    /** The sequence of a whole message; {@link #NONE} or {@link #WRONG} for another. */
    long read(ByteBuffer in, int at, int length) {
        int mark = at + markAt;
        if (length != delivered.length || in.get(mark) != MARK) {
            return hasMark(in, at, length) ? WRONG : NONE;
        }
        for (int i = mark + 1 + 2 * DIGITS; i < at + length - TAIL.length(); i++) {
            if (in.get(i) != 'x') {
                return WRONG;
            }
        }
        sentAtNanos = hex(in, mark + 1 + DIGITS);
        return hex(in, mark + 1);
    }

    /** The time in the message that was read last. */
    long sentAtNanos() {
        return sentAtNanos;
    }

    private static boolean hasMark(ByteBuffer in, int at, int length) {
        for (int i = at; i < at + length; i++) {
            if (in.get(i) == MARK) {
                return true;
            }
        }
        return false;
    }

    private static long hex(ByteBuffer in, int at) {
        long value = 0;
        for (int i = at; i < at + DIGITS; i++) {
            int digit = in.get(i);
            value = value << 4 | (digit <= '9' ? digit - '0' : digit - 'a' + 10);
        }
        return value;
    }
}
