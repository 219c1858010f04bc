package io.highwater.admin;

import java.util.regex.Pattern;

/** Recognises a Host header that names this machine by loopback, without a DNS look-up. */
final class LoopbackHost {
    /** An octet may be out of range: such a host resolves nowhere, and no browser sends it. */
    private static final Pattern LOOPBACK =
            Pattern.compile(
                    "(?:localhost|127(?:\\.[0-9]{1,3}){3}|\\[::1])(?::[0-9]{1,5})?",
                    Pattern.CASE_INSENSITIVE);

    private LoopbackHost() {}

    static boolean matches(String host) {
        return LOOPBACK.matcher(host.trim()).matches();
    }
}
