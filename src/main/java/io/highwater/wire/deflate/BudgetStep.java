package io.highwater.wire.deflate;

import io.highwater.handshake.DeflatePolicy;

/** What is left of compression when contexts take too much of the heap. */
public enum BudgetStep {
    /** All modes work as they are set. */
    CONTEXT,

    /** Above the budget: no contexts are made, and idle ones are given up. */
    SHARED,

    /** Above twice the budget: nothing is compressed, and no context of what we send is kept. */
    OFF;

    /** What a new session may still get. */
    DeflatePolicy limit(DeflatePolicy policy) {
        return switch (this) {
            case CONTEXT -> policy;
            case SHARED -> policy.hasContext() ? DeflatePolicy.SHARED : policy;
            case OFF -> DeflatePolicy.OFF;
        };
    }
}
