package io.highwater.channel;

import java.util.Comparator;
import java.util.List;

/**
 * How channels are run, by the beginnings of their names. Immutable.
 *
 * <p>Of several prefixes that match, each key is taken from the longest that sets it.
 *
 * @param base what holds where no prefix says otherwise
 * @param prefixes each prefix once
 */
public record ChannelSettings(ChannelProfile base, List<PrefixSettings> prefixes) {
    public ChannelSettings {
        prefixes =
                prefixes.stream()
                        .sorted(Comparator.comparingInt(settings -> settings.prefix().length()))
                        .toList();
        for (int i = 1; i < prefixes.size(); i++) {
            String prefix = prefixes.get(i).prefix();
            if (prefixes.subList(0, i).stream().anyMatch(one -> one.prefix().equals(prefix))) {
                throw new IllegalArgumentException(
                        "highwater.channels: the prefix \"" + prefix + "\" is set more than once");
            }
        }
    }

    /** No prefixes. */
    public static ChannelSettings defaults() {
        return new ChannelSettings(ChannelProfile.defaults(), List.of());
    }

    /** The same with these prefixes instead. */
    public ChannelSettings withPrefixes(List<PrefixSettings> prefixes) {
        return new ChannelSettings(base, prefixes);
    }

    public ChannelProfile forChannel(String channel) {
        ChannelProfile profile = base;
        for (PrefixSettings settings : prefixes) {
            if (settings.covers(channel)) {
                profile = settings.over(profile);
            }
        }
        return profile;
    }
}
