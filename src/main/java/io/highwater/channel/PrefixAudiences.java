package io.highwater.channel;

import org.jspecify.annotations.Nullable;

/**
 * Who may do what in the channels of a prefix; null means not set. Immutable.
 *
 * @param subscribe who may subscribe, and resume
 * @param publish who may publish
 * @param history who may read history
 * @param presence who may see who is there
 */
public record PrefixAudiences(
        @Nullable Audience subscribe,
        @Nullable Audience publish,
        @Nullable Audience history,
        @Nullable Audience presence) {
    /** Nothing is set. */
    public static final PrefixAudiences NONE = new PrefixAudiences(null, null, null, null);

    @Nullable Audience of(ChannelAccess access) {
        return switch (access) {
            case SUBSCRIBE -> subscribe;
            case PUBLISH -> publish;
            case HISTORY -> history;
            case PRESENCE -> presence;
        };
    }
}
