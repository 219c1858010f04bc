package io.highwater.config;

import java.util.Locale;

/** Where the log of the channels is. */
enum BackboneKind {
    /** On this node alone. */
    LOCAL,

    /** In a Redis that nodes share. */
    REDIS;

    /** As an operator writes it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
