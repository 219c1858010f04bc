package io.highwater.wire;

import org.jspecify.annotations.Nullable;

/** The opcodes of RFC 6455 section 5.2; the others are reserved and end a connection with 1002. */
public enum Opcode {
    CONTINUATION(0),
    TEXT(1),
    BINARY(2),
    CLOSE(8),
    PING(9),
    PONG(10);

    private static final Opcode[] BY_CODE = new Opcode[16];

    static {
        for (Opcode opcode : values()) {
            BY_CODE[opcode.code] = opcode;
        }
    }

    private final int code;

    Opcode(int code) {
        this.code = code;
    }

    /** The four bits on the wire. */
    public int code() {
        return code;
    }

    /** True for CLOSE, PING and PONG: never fragmented, at most 125 bytes of payload. */
    public boolean isControl() {
        return code >= 8;
    }

    /** The opcode of these four bits, or null where RFC 6455 reserves them. */
    public static @Nullable Opcode of(int code) {
        return BY_CODE[code & 0xF];
    }
}
