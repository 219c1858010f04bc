package io.highwater.wire.deflate;

import io.highwater.handshake.DeflatePolicy;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among a client's offers: the first that can be accepted wins (RFC 7692 section 5.1). An
 * offer with a parameter that is unknown, doubled or malformed can't be accepted (section 7.1). The
 * answer has no parameter that the offer lacks, because with one common clients fail the handshake,
 * or compress as if it were not there. Stateless.
 */
final class DeflateNegotiator {
    static final String NAME = "permessage-deflate";

    private static final int MIN_BITS = 8;
    private static final int MAX_BITS = 15;

    /**
     * The window of a client whose messages should stand alone, but which has not offered that. 9
     * and not 8, because zlib makes 9 of 8.
     */
    private static final int LEAST_BITS = 9;

    private enum Parameter {
        SERVER_NO_CONTEXT_TAKEOVER(Value.NONE),
        CLIENT_NO_CONTEXT_TAKEOVER(Value.NONE),
        SERVER_MAX_WINDOW_BITS(Value.REQUIRED),
        CLIENT_MAX_WINDOW_BITS(Value.OPTIONAL);

        private final String word = name().toLowerCase(java.util.Locale.ROOT);
        private final Value value;

        Parameter(Value value) {
            this.value = value;
        }

        static @Nullable Parameter of(String word) {
            for (Parameter parameter : values()) {
                if (parameter.word.equals(word)) {
                    return parameter;
                }
            }
            return null;
        }
    }

    private enum Value {
        NONE,
        OPTIONAL,
        REQUIRED
    }

    private DeflateNegotiator() {}

    /**
     * @param headerValues of Sec-WebSocket-Extensions, in their order
     * @param mayKeepAll whether there is room for a whole window, where the client can't be held to
     *     less
     * @return null where permessage-deflate is declined
     */
    static @Nullable Agreement negotiate(
            List<String> headerValues, DeflatePolicy policy, boolean mayKeepAll) {
        if (policy == DeflatePolicy.OFF || headerValues.isEmpty()) {
            return null;
        }
        return ExtensionOffer.first(
                headerValues,
                offer -> {
                    Map<Parameter, Integer> asked = offer.name().equals(NAME) ? read(offer) : null;
                    return asked == null || !(mayKeepAll || canBeHeld(asked))
                            ? null
                            : agree(asked, policy);
                });
    }

    /** Whether the client offers to do with less than a whole window of its own. */
    private static boolean canBeHeld(Map<Parameter, Integer> asked) {
        return asked.containsKey(Parameter.CLIENT_NO_CONTEXT_TAKEOVER)
                || asked.containsKey(Parameter.CLIENT_MAX_WINDOW_BITS);
    }

    /** The bits of each parameter, {@value #MAX_BITS} where it has no value; null: not usable. */
    private static @Nullable Map<Parameter, Integer> read(ExtensionOffer offer) {
        Map<Parameter, Integer> asked = new EnumMap<>(Parameter.class);
        for (ExtensionOffer.Parameter given : offer.parameters()) {
            Parameter parameter = Parameter.of(given.name());
            if (parameter == null) {
                return null;
            }
            boolean hasValue = given.value() != null;
            if (parameter.value == Value.NONE
                    ? hasValue
                    : parameter.value == Value.REQUIRED && !hasValue) {
                return null;
            }
            int bits = hasValue ? bits(given.value()) : MAX_BITS;
            if (bits < 0 || asked.put(parameter, bits) != null) {
                return null;
            }
        }
        return asked;
    }

    /** Decimal without leading zeros, 8 to 15 (RFC 7692 section 7.1.2); -1 for anything else. */
    private static int bits(@Nullable String value) {
        for (int bits = MIN_BITS; bits <= MAX_BITS; bits++) {
            if (Integer.toString(bits).equals(value)) {
                return bits;
            }
        }
        return -1;
    }

    private static Agreement agree(Map<Parameter, Integer> asked, DeflatePolicy policy) {
        StringBuilder answer = new StringBuilder(NAME);
        ContextTakeover server =
                policy.hasContext() ? ContextTakeover.TAKEOVER : ContextTakeover.NO_TAKEOVER;
        if (asked.containsKey(Parameter.SERVER_NO_CONTEXT_TAKEOVER)) {
            server = ContextTakeover.NO_TAKEOVER;
            append(answer, Parameter.SERVER_NO_CONTEXT_TAKEOVER);
        }
        Integer serverBits = asked.get(Parameter.SERVER_MAX_WINDOW_BITS);
        if (serverBits != null) {
            append(answer, Parameter.SERVER_MAX_WINDOW_BITS).append('=').append(serverBits);
        }
        int window = serverBits == null ? MAX_BITS : serverBits;
        int contextBytes =
                server == ContextTakeover.TAKEOVER
                        ? Math.min(policy.contextBytes(), 1 << window)
                        : 0;

        // What the client may refer to has to be kept here. Its messages stand alone, or its window
        // is held to the policy's, as far as it offers one of the two; else all of it is kept.
        ContextTakeover client = ContextTakeover.TAKEOVER;
        Integer clientOffered = asked.get(Parameter.CLIENT_MAX_WINDOW_BITS);
        int clientBits = MAX_BITS;
        if (asked.containsKey(Parameter.CLIENT_NO_CONTEXT_TAKEOVER)) {
            client = ContextTakeover.NO_TAKEOVER;
            append(answer, Parameter.CLIENT_NO_CONTEXT_TAKEOVER);
        }
        if (clientOffered != null) {
            clientBits = Math.min(clientOffered, bits(client, policy));
            if (client == ContextTakeover.TAKEOVER || clientBits < MAX_BITS) {
                append(answer, Parameter.CLIENT_MAX_WINDOW_BITS).append('=').append(clientBits);
            }
        }
        return new Agreement(server, window, client, clientBits, contextBytes, answer.toString());
    }

    private static int bits(ContextTakeover client, DeflatePolicy policy) {
        if (policy.hasContext()) {
            return policy.windowBits();
        }
        return client == ContextTakeover.TAKEOVER ? LEAST_BITS : MAX_BITS;
    }

    private static StringBuilder append(StringBuilder answer, Parameter parameter) {
        return answer.append("; ").append(parameter.word);
    }
}
