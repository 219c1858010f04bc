package io.highwater.permission;

import io.highwater.channel.ChannelAccess;
import io.highwater.channel.ChannelDecision;
import io.highwater.identity.Identity;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the claim {@code channels} of an identity says. Immutable.
 *
 * <pre>{@code
 * {"subscribe": ["room.*"], "publish": ["room.42"], "history": [], "presence": ["room.*"]}
 * }</pre>
 *
 * <p>A list is complete: what it does not contain, the client may not. Where history or presence
 * has none, the one of subscribe decides, too. Otherwise a list that is not there decides nothing.
 * A claim that can't be read is refused as a whole: it grants nothing and decides everything, so
 * that a slip of the issuer never opens a channel.
 */
public final class Grants {
    /** The claim's name. */
    public static final String CLAIM = "channels";

    /** There is no claim: it decides nothing. */
    public static final Grants NONE = new Grants(Map.of(), null);

    /** Of the identity, which has copied it: lists of patterns by {@link ChannelAccess#word}. */
    private final Map<?, ?> lists;

    private final @Nullable String problem;

    private Grants(Map<?, ?> lists, @Nullable String problem) {
        this.lists = lists;
        this.problem = problem;
    }

    public static Grants of(Identity identity) {
        Object claim = identity.claims().get(CLAIM);
        if (claim == null) {
            return NONE;
        }
        if (!(claim instanceof Map<?, ?> lists)) {
            return new Grants(Map.of(), CLAIM + " is no object with lists of patterns");
        }
        String problem = problem(lists);
        return problem == null ? new Grants(lists, null) : new Grants(Map.of(), problem);
    }

    private static @Nullable String problem(Map<?, ?> lists) {
        Set<Object> unknown = new HashSet<>(lists.keySet());
        for (ChannelAccess access : ChannelAccess.values()) {
            Object list = lists.get(access.word());
            unknown.remove(access.word());
            if (list != null && !(list instanceof List<?>)) {
                return CLAIM + "." + access.word() + " is no list of patterns";
            }
            if (list instanceof List<?> patterns
                    && !patterns.stream().allMatch(Grants::isPattern)) {
                return CLAIM
                        + "."
                        + access.word()
                        + " contains something that is neither a channel's name nor the beginning"
                        + " of names with a * behind it";
            }
        }
        return unknown.isEmpty()
                ? null
                : CLAIM + " has members besides subscribe, publish, history and presence";
    }

    private static boolean isPattern(Object element) {
        return element instanceof String text && ChannelPattern.isOne(text);
    }

    /** Why the claim can't be read, without any of its text; null if it can. */
    public @Nullable String problem() {
        return problem;
    }

    /** Allocates nothing. */
    ChannelDecision decide(ChannelAccess access, String channel) {
        if (problem != null) {
            return ChannelDecision.FORBIDDEN;
        }
        Object list = lists.get(access.word());
        if (list == null && access.followsSubscribe()) {
            list = lists.get(ChannelAccess.SUBSCRIBE.word());
        }
        if (!(list instanceof List<?> patterns)) {
            return ChannelDecision.UNDECIDED;
        }
        for (int i = 0; i < patterns.size(); i++) {
            if (ChannelPattern.covers((String) patterns.get(i), channel)) {
                return ChannelDecision.ALLOWED;
            }
        }
        return ChannelDecision.FORBIDDEN;
    }
}
