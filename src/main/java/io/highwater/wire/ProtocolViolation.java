package io.highwater.wire;

/** What a peer did wrong, as the status that its connection ends with. Has no stack trace. */
public final class ProtocolViolation extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient CloseStatus status;

    public ProtocolViolation(int code, String reason) {
        super(reason, null, false, false);
        this.status = new CloseStatus(code, reason);
    }

    /** A breach of RFC 6455 itself: 1002. */
    public static ProtocolViolation protocol(String reason) {
        return new ProtocolViolation(CloseStatus.PROTOCOL_ERROR, reason);
    }

    public CloseStatus status() {
        return status;
    }
}
