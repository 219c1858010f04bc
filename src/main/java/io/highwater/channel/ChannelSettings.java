package io.highwater.channel;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of channels, by prefixes of their names. Immutable.
 *
 * <p>If several prefixes match a channel, each setting comes from the longest prefix that sets it.
 *
 * @param base used for whatever no prefix sets
 * @param prefixes no prefix may occur twice
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

    /** A copy with these prefixes instead. */
    public ChannelSettings withPrefixes(List<PrefixSettings> prefixes) {
        return new ChannelSettings(base, prefixes);
    }

    /** An ephemeral channel has no log that DEMOTE could read: there it is LATEST. */
    public ChannelProfile forChannel(String channel) {
        ChannelProfile profile = Ephemeral.isEphemeral(channel) ? base.ephemeral() : base;
        for (PrefixSettings settings : prefixes) {
            if (settings.covers(channel)) {
                profile = settings.over(profile);
            }
        }
        return Ephemeral.isEphemeral(channel) && profile.policy() == ChannelOverflow.DEMOTE
                ? profile.ephemeral()
                : profile;
    }

    /**
     * Who may do it in a channel, as set for its longest prefix that says so; null if none does.
     * Allocates nothing: it is asked at every command.
     */
    public @Nullable Audience audience(ChannelAccess access, String channel) {
        for (int i = prefixes.size() - 1; i >= 0; i--) {
            Audience audience = prefixes.get(i).audiences().of(access);
            if (audience != null && prefixes.get(i).covers(channel)) {
                return audience;
            }
        }
        return null;
    }

    /** Whether the subscribers of a channel are told who published. Allocates nothing. */
    public boolean tellsPublisher(String channel) {
        for (int i = prefixes.size() - 1; i >= 0; i--) {
            Boolean tells = prefixes.get(i).publisher();
            if (tells != null && prefixes.get(i).covers(channel)) {
                return tells;
            }
        }
        return false;
    }
}
