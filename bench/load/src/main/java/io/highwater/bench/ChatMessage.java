package io.highwater.bench;

import java.nio.ByteBuffer;

/** A chat message at {@code /v1/chat/{room}}, the stamp in its text. */
final class ChatMessage implements FanoutMessage {
    private static final int ID_DIGITS = 8;
    private static final String HEAD = "{\"type\":\"message\",";
    private static final String ID = "\"id\":\"";
    private static final String NAME = "\",\"name\":\"bench\",\"text\":\"";
    private static final String TAIL = "\"}";
    private static final int FIXED_BYTES =
            HEAD.length() + ID.length() + ID_DIGITS + NAME.length() + TAIL.length();

    private final byte[] delivered;
    private final byte[] command;
    private final int stampAt = FIXED_BYTES - TAIL.length();
    private final int stampBytes;
    private long sentAtNanos;

    /** {@code deliveredBytes} is the payload that every member gets. */
    ChatMessage(int deliveredBytes) {
        stampBytes = deliveredBytes - FIXED_BYTES;
        String rest = ID + "0".repeat(ID_DIGITS) + NAME + Stamp.blank(stampBytes) + TAIL;
        delivered = FanoutMessage.ascii(HEAD + rest);
        command = FanoutMessage.ascii("{" + rest);
    }

    static int minBytes() {
        return FIXED_BYTES + Stamp.MIN_BYTES;
    }

    @Override
    public byte[] number(Form form, long sequence, long atNanos) {
        byte[] bytes =
                switch (form) {
                    case COMMAND -> command;
                    case DELIVERED -> delivered;
                };
        int shift = bytes.length - delivered.length;
        EchoLoad.putHex(bytes, shift + HEAD.length() + ID.length(), ID_DIGITS, sequence);
        Stamp.put(bytes, shift + stampAt, sequence, atNanos);
        return bytes;
    }

    @Override
    public long read(ByteBuffer in, int at, int length) {
        if (length != delivered.length || !Stamp.isWhole(in, at + stampAt, stampBytes)) {
            return Stamp.isIn(in, at, length) ? WRONG : NONE;
        }
        sentAtNanos = Stamp.nanos(in, at + stampAt);
        return Stamp.sequence(in, at + stampAt);
    }

    @Override
    public long sentAtNanos() {
        return sentAtNanos;
    }
}
