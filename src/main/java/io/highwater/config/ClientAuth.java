package io.highwater.config;

import java.util.Locale;

/** Whether clients are asked for a certificate. */
enum ClientAuth {
    /** They are not asked. */
    NONE,

    /** Those without one are let in. */
    WANT,

    /** Those without one are refused. */
    NEED;

    /** As an operator writes it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
