package io.highwater.channel;

import io.highwater.backbone.RingBounds;
import io.highwater.time.Durations;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of channels whose names begin with a prefix; null means not set. Immutable.
 *
 * @param name the NAME in the keys that set it, {@code highwater.channels.NAME}
 * @param prefix up to 200 of {@code A-Z a-z 0-9 . _ : / -}; empty for all channels
 * @param policy the name of a {@link ChannelOverflow}
 * @param latestCount messages kept by LATEST, from 1 to 10,000
 * @param historyMessages messages kept for clients that resume, from 0 (none) to 1,000,000
 * @param historyAge how long they are kept, from 1 s to 24 h
 * @param audiences who may do what
 * @param publisher whether subscribers are told who published
 */
public record PrefixSettings(
        String name,
        String prefix,
        @Nullable String policy,
        @Nullable Integer latestCount,
        @Nullable Integer historyMessages,
        @Nullable Duration historyAge,
        PrefixAudiences audiences,
        @Nullable Boolean publisher) {
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._:/-]{0,200}");

    private static final int MAX_LATEST_COUNT = 10_000;
    private static final int MAX_HISTORY_MESSAGES = 1_000_000;
    private static final Duration MIN_HISTORY_AGE = Duration.ofSeconds(1);
    private static final Duration MAX_HISTORY_AGE = Duration.ofHours(24);

    public PrefixSettings {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException(
                    key(name, "prefix")
                            + ": \""
                            + prefix
                            + "\" is not in the range 0 to 200 of A-Z a-z 0-9 . _ : / -");
        }
        if (policy != null) {
            policyNamed(key(name, "policy"), policy);
        }
        if (latestCount != null) {
            inRange(key(name, "latest-count"), latestCount, 1, MAX_LATEST_COUNT);
        }
        if (historyMessages != null) {
            inRange(key(name, "history-messages"), historyMessages, 0, MAX_HISTORY_MESSAGES);
        }
        if (historyAge != null
                && (historyAge.compareTo(MIN_HISTORY_AGE) < 0
                        || historyAge.compareTo(MAX_HISTORY_AGE) > 0)) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s: %s is not in the range %s to %s",
                            key(name, "history-age"),
                            Durations.text(historyAge),
                            Durations.text(MIN_HISTORY_AGE),
                            Durations.text(MAX_HISTORY_AGE)));
        }
    }

    private static String key(String name, String last) {
        return "highwater.channels." + name + "." + last;
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
                        + " is not in the range EVICT, LATEST, DEMOTE"
                        + (name.equals("PAUSE") ? " (PAUSE is for annotated endpoints)" : ""));
    }

    boolean covers(String channel) {
        return channel.startsWith(prefix);
    }

    /** The profile from the shorter prefixes, overridden by what is set here. */
    ChannelProfile over(ChannelProfile wider) {
        return new ChannelProfile(
                policy == null ? wider.policy() : ChannelOverflow.valueOf(policy),
                latestCount == null ? wider.latestCount() : latestCount,
                new RingBounds(
                        historyMessages == null ? wider.ring().messages() : historyMessages,
                        historyAge == null ? wider.ring().age() : historyAge));
    }
}
