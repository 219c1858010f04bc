package io.highwater.endpoint;

import io.highwater.wire.OutboundFrame;

/**
 * Whether one message may be compressed. What a compressed message measures tells something of its
 * text and of those before it: where a secret and what an attacker chose meet in one context, the
 * secret can be guessed piece by piece.
 */
public enum Compression {
    /** As the session's mode has it. */
    ALLOWED {
        @Override
        OutboundFrame of(OutboundFrame frame) {
            return frame;
        }
    },

    /** Never, and later messages do not refer to it: for what is secret. */
    NEVER {
        @Override
        OutboundFrame of(OutboundFrame frame) {
            return frame.secret();
        }
    };

    abstract OutboundFrame of(OutboundFrame frame);
}
