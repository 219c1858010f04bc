package io.highwater.bench;

import java.nio.ByteBuffer;

/**
 * A publication of highwater.v1 to the channel {@value #CHANNEL}, the stamp as its {@code data}.
 * The delivered form has a server's positions, which are of as many digits for the same sequence.
 */
final class ChannelMessage implements FanoutMessage {
    static final String CHANNEL = "bench";

    private static final int ID_DIGITS = 8;
    private static final int QUOTES = 2;
    private static final String TAIL = "\"}";
    private static final String COMMAND_HEAD =
            "{\"type\":\"publish\",\"id\":1,\"channel\":\"" + CHANNEL + "\",\"msgId\":\"";
    private static final String COMMAND_DATA = "\",\"data\":\"";
    private static final String DELIVERED_HEAD =
            "{\"type\":\"message\",\"channel\":\"" + CHANNEL + "\",\"msgId\":\"";
    // The generation is the time of the server's start, in milliseconds.
    private static final String DELIVERED_POSITION =
            "\",\"origin\":\"local\",\"position\":\"1795301843554-";

    /** Of a delivered message beside its data, while positions have three digits. */
    static final int ENVELOPE_BYTES =
            DELIVERED_HEAD.length() + ID_DIGITS + DELIVERED_POSITION.length() + 17;

    private final int stampBytes;
    private final byte[] command;
    private long sentAtNanos;

    /**
     * @param dataBytes of {@code data}, its quotes included; what a member gets is larger
     */
    ChannelMessage(int dataBytes) {
        stampBytes = dataBytes - QUOTES;
        command =
                FanoutMessage.ascii(
                        COMMAND_HEAD
                                + "0".repeat(ID_DIGITS)
                                + COMMAND_DATA
                                + Stamp.blank(stampBytes)
                                + TAIL);
    }

    static int minBytes() {
        return Stamp.MIN_BYTES + QUOTES;
    }

    @Override
    public byte[] number(Form form, long sequence, long atNanos) {
        byte[] bytes =
                switch (form) {
                    case COMMAND -> command;
                    case DELIVERED -> delivered(sequence + 1);
                };
        int idAt = (form == Form.COMMAND ? COMMAND_HEAD : DELIVERED_HEAD).length();
        EchoLoad.putHex(bytes, idAt, ID_DIGITS, sequence);
        Stamp.put(bytes, bytes.length - TAIL.length() - stampBytes, sequence, atNanos);
        return bytes;
    }

    /** The same bytes as Highwater's, but for the generation. */
    private byte[] delivered(long position) {
        return FanoutMessage.ascii(
                DELIVERED_HEAD
                        + "0".repeat(ID_DIGITS)
                        + DELIVERED_POSITION
                        + position
                        + "-"
                        + position
                        + COMMAND_DATA
                        + Stamp.blank(stampBytes)
                        + TAIL);
    }

    @Override
    public long read(ByteBuffer in, int at, int length) {
        int stampAt = at + length - TAIL.length() - stampBytes;
        if (stampAt < at + DELIVERED_HEAD.length() || !Stamp.isWhole(in, stampAt, stampBytes)) {
            return Stamp.isIn(in, at, length) ? WRONG : NONE;
        }
        sentAtNanos = Stamp.nanos(in, stampAt);
        return Stamp.sequence(in, stampAt);
    }

    @Override
    public long sentAtNanos() {
        return sentAtNanos;
    }
}
