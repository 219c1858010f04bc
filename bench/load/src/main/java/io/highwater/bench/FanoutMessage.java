package io.highwater.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A message with a number and a time in it, as it is published and as every member gets it.
 * Confined to one thread: its bytes are written over for each message.
 */
interface FanoutMessage {
    /** What {@link #read} gives for anything but a message of this benchmark. */
    long NONE = -1;

    /** As for NONE, but it has the mark: cut short, or changed on its way. */
    long WRONG = -2;

    /** What goes to the server. */
    enum Form {
        /** What a member sends to Highwater, which makes the delivered form of it. */
        COMMAND,
        /** What every member gets, for a server that passes messages on as they came. */
        DELIVERED
    }

    /** The bytes to publish, good until the next call. */
    byte[] number(Form form, long sequence, long atNanos);

    /** The sequence of a whole message; {@link #NONE} or {@link #WRONG} for another. */
    long read(ByteBuffer in, int at, int length);

    /** The time in the message that was read last. */
    long sentAtNanos();

    /** The numbers between a mark and a padding that shows whether the message is whole. */
    final class Stamp {
        private static final char MARK = '#';
        private static final int DIGITS = 16;

        /** Of a stamp without padding. */
        static final int MIN_BYTES = 1 + 2 * DIGITS;

        private Stamp() {}

        /** As text, with zeros for the numbers. */
        static String blank(int bytes) {
            return MARK + "0".repeat(2 * DIGITS) + "x".repeat(bytes - MIN_BYTES);
        }

        static void put(byte[] into, int at, long sequence, long atNanos) {
            EchoLoad.putHex(into, at + 1, DIGITS, sequence);
            EchoLoad.putHex(into, at + 1 + DIGITS, DIGITS, atNanos);
        }

        static boolean isWhole(ByteBuffer in, int at, int bytes) {
            for (int i = at + MIN_BYTES; i < at + bytes; i++) {
                if (in.get(i) != 'x') {
                    return false;
                }
            }
            return in.get(at) == MARK;
        }

        static boolean isIn(ByteBuffer in, int at, int length) {
            for (int i = at; i < at + length; i++) {
                if (in.get(i) == MARK) {
                    return true;
                }
            }
            return false;
        }

        static long sequence(ByteBuffer in, int at) {
            return hex(in, at + 1);
        }

        static long nanos(ByteBuffer in, int at) {
            return hex(in, at + 1 + DIGITS);
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

    /** What the members of a contestant's room or channel get: about so many bytes each. */
    static FanoutMessage of(Contestant.Rooms rooms, int bytes) {
        return rooms == Contestant.Rooms.CHANNELS
                ? new ChannelMessage(
                        Math.max(ChannelMessage.minBytes(), bytes - ChannelMessage.ENVELOPE_BYTES))
                : new ChatMessage(bytes);
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
