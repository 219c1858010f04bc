package io.highwater.wire;

import io.highwater.api.Api;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a session ends: a code and a reason (RFC 6455 section 7.4), ours or the peer's. Immutable.
 *
 * @param code what goes on the wire, or one of the two codes that never do: {@link #NO_STATUS} (the
 *     peer's Close carried none) and {@link #ABNORMAL} (there was no Close at all)
 * @param reason at most 123 bytes of UTF-8; a longer one is cut at a character
 */
@Api
public record CloseStatus(int code, String reason) {
    public static final int NORMAL = 1000;
    public static final int GOING_AWAY = 1001;
    public static final int PROTOCOL_ERROR = 1002;
    public static final int UNSUPPORTED_DATA = 1003;
    public static final int NO_STATUS = 1005;
    public static final int ABNORMAL = 1006;
    public static final int BAD_PAYLOAD = 1007;
    public static final int POLICY = 1008;
    public static final int TOO_BIG = 1009;
    public static final int INTERNAL_ERROR = 1011;

    /** The node restarts; the client comes back. */
    public static final int RESTART = 1012;

    /** The session is slow, or the node over capacity; the client comes back with back-off. */
    public static final int TRY_AGAIN_LATER = 1013;

    public static final int TOKEN_EXPIRED = 4401;
    public static final int FORBIDDEN = 4403;

    /** No pong came in time. */
    public static final int NO_PONG = 4408;

    public static final int TOO_MANY_COMMANDS = 4429;

    private static final String OTHER = "other";

    /**
     * The labels of the codes that have a meaning here and that the node may close with. They are
     * made once, since each close asks for its own. A peer may send any code: the rest is {@code
     * other}.
     */
    private static final Map<Integer, String> LABELS =
            Stream.of(
                            NORMAL,
                            GOING_AWAY,
                            PROTOCOL_ERROR,
                            UNSUPPORTED_DATA,
                            NO_STATUS,
                            ABNORMAL,
                            BAD_PAYLOAD,
                            POLICY,
                            TOO_BIG,
                            INTERNAL_ERROR,
                            RESTART,
                            TRY_AGAIN_LATER,
                            NO_PONG,
                            TOO_MANY_COMMANDS)
                    .collect(Collectors.toUnmodifiableMap(code -> code, code -> code.toString()));

    private static final int MAX_REASON_BYTES = 123;

    public CloseStatus {
        reason = cut(reason);
    }

    public static CloseStatus of(int code) {
        return new CloseStatus(code, "");
    }

    /** True where a Close frame may carry this code (RFC 6455 sections 7.4.1 and 7.4.2). */
    public static boolean isTransmittable(int code) {
        return (code >= 1000
                        && code <= 1014
                        && code != 1004
                        && code != NO_STATUS
                        && code != ABNORMAL)
                || (code >= 3000 && code <= 4999);
    }

    /** All values that {@link #codeLabel} may have. */
    public static Set<String> codeLabels() {
        Set<String> labels = new TreeSet<>(LABELS.values());
        labels.add(OTHER);
        return labels;
    }

    /** The code for logs and metrics: {@code other} where it has no meaning here. */
    public String codeLabel() {
        return LABELS.getOrDefault(code, OTHER);
    }

    /** True for an end that nobody needs to look into: 1000, 1001, or a Close without a code. */
    public boolean isOrdinary() {
        return code == NORMAL || code == GOING_AWAY || code == NO_STATUS;
    }

    private static String cut(String reason) {
        byte[] utf8 = reason.getBytes(StandardCharsets.UTF_8);
        if (utf8.length <= MAX_REASON_BYTES) {
            return reason;
        }
        int end = MAX_REASON_BYTES;
        while (end > 0 && (utf8[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(utf8, 0, end, StandardCharsets.UTF_8);
    }
}
