package io.highwater.channel;

import io.highwater.backbone.RingBounds;
import io.highwater.time.Durations;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is set for the channels whose names begin with a prefix; null where nothing is. Immutable.
 *
 * @param prefix up to 200 of {@code A-Z a-z 0-9 . _ : / -}; empty for all channels
 * @param policy the name of a {@link ChannelOverflow}
 * @param latestCount messages kept by LATEST, from 1 to 10,000
 * @param ringMessages messages kept for those who resume, from 0, which keeps none, to 1,000,000
 * @param ringAge how long they are kept, from 1 s to 24 h
 */
public record PrefixSettings(
        String prefix,
        @Nullable String policy,
        @Nullable Integer latestCount,
        @Nullable Integer ringMessages,
        @Nullable Duration ringAge) {
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._:/-]{0,200}");

    private static final int MAX_LATEST_COUNT = 10_000;
    private static final int MAX_RING_MESSAGES = 1_000_000;
    private static final Duration MIN_RING_AGE = Duration.ofSeconds(1);
    private static final Duration MAX_RING_AGE = Duration.ofHours(24);

    public PrefixSettings {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException(
                    "highwater.channels.\""
                            + prefix
                            + "\": the prefix is not in the range 0 to 200 of A-Z a-z 0-9 . _ : /"
                            + " -");
        }
        if (policy != null) {
            policyNamed(key(prefix, "policy"), policy);
        }
        if (latestCount != null) {
            inRange(key(prefix, "latest-count"), latestCount, 1, MAX_LATEST_COUNT);
        }
        if (ringMessages != null) {
            inRange(key(prefix, "ring-messages"), ringMessages, 0, MAX_RING_MESSAGES);
        }
        if (ringAge != null
                && (ringAge.compareTo(MIN_RING_AGE) < 0 || ringAge.compareTo(MAX_RING_AGE) > 0)) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s: %s is not in the range %s to %s",
                            key(prefix, "ring-age"),
                            Durations.text(ringAge),
                            Durations.text(MIN_RING_AGE),
                            Durations.text(MAX_RING_AGE)));
        }
    }

    private static String key(String prefix, String name) {
        return "highwater.channels.\"" + prefix + "\"." + name;
    }

    private static void inRange(String key, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    key + ": " + value + " is not in the range " + min + " to " + max);
        }
    }

    private static ChannelOverflow policyNamed(String key, String name) {
        for (ChannelOverflow policy : ChannelOverflow.values()) {
            if (policy.name().equals(name)) {
                return policy;
            }
        }
        throw new IllegalArgumentException(
                key
                        + ": "
                        + name
                        + " is not in the range EVICT, LATEST"
                        + (name.equals("PAUSE") ? " (PAUSE is for annotated endpoints)" : ""));
    }

    boolean covers(String channel) {
        return channel.startsWith(prefix);
    }

    /** The profile of the shorter prefixes, with what is set here instead. */
    ChannelProfile over(ChannelProfile wider) {
        return new ChannelProfile(
                policy == null ? wider.policy() : ChannelOverflow.valueOf(policy),
                latestCount == null ? wider.latestCount() : latestCount,
                new RingBounds(
                        ringMessages == null ? wider.ring().messages() : ringMessages,
                        ringAge == null ? wider.ring().age() : ringAge));
    }
}
