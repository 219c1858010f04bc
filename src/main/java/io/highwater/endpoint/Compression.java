package io.highwater.endpoint;

import io.highwater.api.Api;
import io.highwater.wire.OutboundFrame;

/**
 * Whether one message may be compressed. The size of a compressed message reveals something about
 * its text and the texts before it: if a secret and text chosen by an attacker share one
 * compression context, the attacker can guess the secret piece by piece.
 */
@Api
public enum Compression {
    /** According to the session's mode. */
    ALLOWED {
        @Override
        OutboundFrame of(OutboundFrame frame) {
            return frame;
        }
    },

    /** Never compressed, and later messages do not refer to it: for secrets. */
    NEVER {
        @Override
        OutboundFrame of(OutboundFrame frame) {
            return frame.secret();
        }
    };

    abstract OutboundFrame of(OutboundFrame frame);
}
