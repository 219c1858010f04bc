package io.highwater.config;

import io.highwater.channel.ChannelSettings;
import io.highwater.channel.PrefixAudiences;
import io.highwater.channel.PrefixSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the channels' settings from the keys that a user has grouped under names. Checks each name
 * separately, so that the first wrong one does not hide the next. Stateless.
 */
final class ChannelsAssembly {
    private static final String GROUP = "highwater.channels.";

    /** Stands for the empty prefix, which matches all names: an empty value would mean not set. */
    private static final String ALL_CHANNELS = "*";

    private ChannelsAssembly() {}

    static ChannelSettings make(Map<String, ConfigSchema.Channels> named, ConfigProblems problems) {
        List<PrefixSettings> all = new ArrayList<>();
        Map<String, String> namesByPrefix = new HashMap<>();
        named.forEach(
                (name, keys) -> {
                    PrefixSettings settings = problems.attempt(() -> settings(name, keys));
                    if (settings == null) {
                        return;
                    }
                    String other = namesByPrefix.putIfAbsent(settings.prefix(), name);
                    if (other == null) {
                        all.add(settings);
                    } else {
                        problems.add(
                                key(name, "prefix")
                                        + ": \""
                                        + keys.prefix()
                                        + "\" is "
                                        + key(other, "prefix")
                                        + " too; put their keys under one name");
                    }
                });
        return ChannelSettings.defaults().withPrefixes(all);
    }

    private static PrefixSettings settings(String name, ConfigSchema.Channels keys) {
        String prefix = keys.prefix();
        if (prefix == null) {
            String other = anyOf(keys);
            throw new IllegalArgumentException(
                    key(name, "prefix")
                            + ": none is set"
                            + (other == null ? "" : ", and " + key(name, other) + " needs one")
                            + ": write how the channels' names begin, or * for all channels");
        }
        return new PrefixSettings(
                name,
                prefix.equals(ALL_CHANNELS) ? "" : prefix,
                keys.policy() == null ? null : keys.policy().name(),
                keys.latestCount(),
                keys.historyMessages(),
                keys.historyAge(),
                new PrefixAudiences(
                        keys.subscribe(), keys.publish(), keys.history(), keys.presence()),
                keys.publisher());
    }

    /** A key that is set, for the error message; null if none is. */
    private static @Nullable String anyOf(ConfigSchema.Channels keys) {
        if (keys.policy() != null) {
            return "policy";
        } else if (keys.latestCount() != null) {
            return "latest-count";
        } else if (keys.historyMessages() != null) {
            return "history-messages";
        }
        if (keys.historyAge() != null) {
            return "history-age";
        } else if (keys.subscribe() != null) {
            return "subscribe";
        } else if (keys.publish() != null) {
            return "publish";
        } else if (keys.history() != null) {
            return "history";
        }
        if (keys.presence() != null) {
            return "presence";
        }
        return keys.publisher() == null ? null : "publisher";
    }

    private static String key(String name, String last) {
        return GROUP + name + "." + last;
    }
}
