package io.highwater.permission;

import io.highwater.channel.Audience;
import io.highwater.channel.ChannelAccess;
import io.highwater.channel.ChannelClient;
import io.highwater.channel.ChannelDecision;
import io.highwater.channel.ChannelRule;
import io.highwater.channel.ChannelSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Says what a client may do in a channel (docs/channels.md). Whether the channel exists plays no
 * part, so an answer tells nothing about that. Thread-safe.
 */
public final class Permissions {
    /** A completed yes. */
    public static final CompletionStage<Boolean> ALLOWED = CompletableFuture.completedStage(true);

    /** A completed no. */
    public static final CompletionStage<Boolean> FORBIDDEN =
            CompletableFuture.completedStage(false);

    private final Supplier<ChannelRule> rule;
    private final ChannelSettings channels;
    private final Audience unset;

    /**
     * @param rule the team's rule of the moment; {@link ChannelRule#NONE} if there is none
     * @param authenticates whether clients can authenticate: then a channel of which the
     *     configuration says nothing is for those who did
     */
    public Permissions(
            Supplier<ChannelRule> rule, ChannelSettings channels, boolean authenticates) {
        this.rule = rule;
        this.channels = channels;
        this.unset = authenticates ? Audience.AUTHENTICATED : Audience.EVERYONE;
    }

    /**
     * Asked at every command: without a rule it allocates nothing, and the answer is one of the
     * constants. Throws what the rule throws.
     */
    public CompletionStage<Boolean> may(
            ChannelAccess access, PermittedClient client, String channel) {
        ChannelRule asked = rule.get();
        if (asked == ChannelRule.NONE) {
            return mayWithoutRule(access, client, channel) ? ALLOWED : FORBIDDEN;
        }
        CompletionStage<ChannelDecision> stage = ask(asked, access, client.who(), channel);
        if (stage == ChannelRule.ALLOWED) {
            return ALLOWED;
        }
        return stage.thenApply(decision -> decide(decision, access, client, channel));
    }

    /**
     * Whether a client may subscribe.
     *
     * @param watches whether it wants to be told who comes and goes, too
     */
    public CompletionStage<Boolean> maySubscribe(
            PermittedClient client, String channel, boolean watches) {
        CompletionStage<Boolean> may = may(ChannelAccess.SUBSCRIBE, client, channel);
        if (!watches) {
            return may;
        }
        CompletionStage<Boolean> maySee = may(ChannelAccess.PRESENCE, client, channel);
        return maySee == ALLOWED ? may : may.thenCombine(maySee, Boolean::logicalAnd);
    }

    /**
     * Which subscriptions a client would be refused now: to be asked when its identity has changed.
     * Nothing here ends them. A rule that fails refuses, and one that does not answer leaves the
     * stage open.
     *
     * @param subscribed its channels, and whether it watches presence there
     */
    public CompletionStage<Set<String>> refused(
            PermittedClient client, Map<String, Boolean> subscribed) {
        Set<String> refused = ConcurrentHashMap.newKeySet();
        List<CompletableFuture<?>> asked = new ArrayList<>();
        subscribed.forEach(
                (channel, watches) ->
                        asked.add(
                                answer(client, channel, watches)
                                        .handle((yes, failure) -> yes != null && yes)
                                        .thenAccept(may -> note(refused, channel, may))
                                        .toCompletableFuture()));
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(done -> Set.copyOf(refused));
    }

    private CompletionStage<Boolean> answer(
            PermittedClient client, String channel, boolean watches) {
        try {
            return maySubscribe(client, channel, watches);
        } catch (RuntimeException e) { // of the rule
            return CompletableFuture.failedStage(e);
        }
    }

    private static void note(Set<String> refused, String channel, boolean may) {
        if (!may) {
            refused.add(channel);
        }
    }

    private static CompletionStage<ChannelDecision> ask(
            ChannelRule rule, ChannelAccess access, ChannelClient who, String channel) {
        return switch (access) {
            case SUBSCRIBE -> rule.maySubscribe(who, channel);
            case HISTORY -> rule.mayReadHistory(who, channel);
            case PRESENCE -> rule.maySeePresence(who, channel);
            case PUBLISH -> rule.mayPublish(who, channel);
        };
    }

    /** Throws if the rule's stage had no value: that allows nothing. */
    private boolean decide(
            ChannelDecision decision,
            ChannelAccess access,
            PermittedClient client,
            String channel) {
        return switch (decision) {
            case ALLOWED -> true;
            case FORBIDDEN -> false;
            case UNDECIDED -> mayWithoutRule(access, client, channel);
        };
    }

    private boolean mayWithoutRule(ChannelAccess access, PermittedClient client, String channel) {
        if (UserChannels.isOne(channel)) {
            return UserChannels.belongsTo(channel, client.subject());
        }
        Audience audience = audience(access, channel);
        if (audience == Audience.NOBODY) {
            return false;
        }
        return switch (client.grants().decide(access, channel)) {
            case ALLOWED -> true;
            case FORBIDDEN -> false;
            case UNDECIDED -> isAmong(audience, client);
        };
    }

    private Audience audience(ChannelAccess access, String channel) {
        Audience set = channels.audience(access, channel);
        if (set == null && access.followsSubscribe()) {
            set = channels.audience(ChannelAccess.SUBSCRIBE, channel);
        }
        return set == null ? unset : set;
    }

    private static boolean isAmong(Audience audience, PermittedClient client) {
        return switch (audience) {
            case EVERYONE -> true;
            case AUTHENTICATED -> !client.subject().isEmpty();
            case TOKEN, NOBODY -> false;
        };
    }
}
