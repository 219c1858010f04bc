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
 * @param ringHeapFraction of the heap that all rings together may fill, above 0 up to 0.5
 */
public record ChannelSettings(
        ChannelProfile base, List<PrefixSettings> prefixes, double ringHeapFraction) {
    public ChannelSettings {
        prefixes =
                prefixes.stream()
                        .sorted(Comparator.comparingInt(settings -> settings.prefix().length()))
                        .toList();
        for (int i = 1; i < prefixes.size(); i++) {
            String prefix = prefixes.get(i).prefix();
            if (prefixes.subList(0, i).stream().anyMatch(one -> one.prefix().equals(prefix))) {
                throw new IllegalArgumentException(
                        "highwater.channels.\"" + prefix + "\": set more than once");
            }
        }
        if (!(ringHeapFraction > 0 && ringHeapFraction <= 0.5)) {
            throw new IllegalArgumentException(
                    "ringHeapFraction: "
                            + ringHeapFraction
                            + " is not in the range above 0 to 0.5");
        }
    }

    /** No prefixes, 10 % of the heap. */
    public static ChannelSettings defaults() {
        return new ChannelSettings(ChannelProfile.defaults(), List.of(), 0.1);
    }

    /** The same with these prefixes instead. */
    public ChannelSettings withPrefixes(List<PrefixSettings> prefixes) {
        return new ChannelSettings(base, prefixes, ringHeapFraction);
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

    /** Bytes that all rings together may fill. */
    public long ringBytes(long maxHeapBytes) {
        return (long) (maxHeapBytes * ringHeapFraction);
    }
}
