package io.highwater.protocol;

/** The limits of names that clients choose: regular expressions, and the same in words. */
final class Names {
    static final String CLIENT = "[A-Za-z0-9._-]{1,64}";
    static final String CLIENT_FORM = "must be 1 to 64 of A-Z a-z 0-9 . _ -";

    static final String CHANNEL = "[A-Za-z0-9._:/-]{1,200}";
    static final String CHANNEL_FORM = "must be 1 to 200 of A-Z a-z 0-9 . _ : / -";

    static final String MSG_ID = "[A-Za-z0-9_-]{1,64}";
    static final String MSG_ID_FORM = "must be 1 to 64 of A-Z a-z 0-9 _ -";

    /** UTF-16 code units, as JavaScript counts them. */
    static final int MAX_KEY = 200;

    static final String KEY_FORM = "must be 1 to 200 characters";

    /** Our origins are names of regions, which have no limit; this limit protects memory. */
    static final int MAX_ORIGIN = 200;

    /** Numbers below 10^18, so that each fits into a long. */
    static final String POSITION = "[0-9]{1,18}-[0-9]{1,18}-[0-9]{1,18}";

    static final String POSITION_FORM =
            "must be generation-shardSequence-channelSequence, three decimal numbers";

    /** A time of day in UTC, as ISO-8601 writes it; not every day that it admits exists. */
    static final String INSTANT =
            "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z";

    static final String INSTANT_FORM = "must be a time in UTC, such as 2026-11-29T08:00:00Z";

    private Names() {}
}
