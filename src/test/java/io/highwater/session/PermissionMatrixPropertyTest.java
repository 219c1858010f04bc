package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.channel.Audience;
import io.highwater.channel.ChannelClient;
import io.highwater.channel.ChannelDecision;
import io.highwater.channel.ChannelProfile;
import io.highwater.channel.ChannelRule;
import io.highwater.channel.ChannelSettings;
import io.highwater.channel.PrefixAudiences;
import io.highwater.channel.PrefixSettings;
import io.highwater.identity.Identity;
import io.highwater.permission.Permissions;
import io.highwater.session.SessionFixture.Client;
import jakarta.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * What each command may do, against a model that is written as docs/channels.md says it: rule ×
 * claim × configuration × identity × command × channel.
 */
final class PermissionMatrixPropertyTest {
    private static final String[] CHANNELS = {
        "room.1",
        "room.2",
        "room",
        "news",
        "user:ada",
        "user:ada:inbox",
        "user:adam",
        "user:bob",
        "user:b/40c",
        "user:",
        "ephemeral:room.1",
        "ephemeral:user:ada"
    };

    private static final String[] PREFIXES = {
        "", "room.", "room.1", "user:", "user:ada", "ephemeral:", "n"
    };

    private static final String[] PATTERNS = {
        "*", "room.*", "room.1", "user:*", "user:ada", "ephemeral:*", "r*", "news", "room"
    };

    private static final String[] SUBJECTS = {"", "ada", "adam", "bob", "b@c", "user:ada"};

    /** What a client sends, and what it needs for it. */
    private enum What {
        SUBSCRIBE("{'type':'subscribe','id':2,'channel':'%s'}", "subscribe"),
        RESUME("{'type':'subscribe','id':2,'channel':'%s','since':'latest'}", "subscribe"),
        WATCH("{'type':'subscribe','id':2,'channel':'%s','presence':true}", "subscribe presence"),
        PUBLISH("{'type':'publish','id':2,'channel':'%s','msgId':'m','data':1}", "publish"),
        HISTORY("{'type':'history','id':2,'channel':'%s'}", "history"),
        PRESENCE("{'type':'presence','id':2,'channel':'%s'}", "presence");

        private final String text;
        private final String[] needs;

        What(String text, String needs) {
            this.text = text;
            this.needs = needs.split(" ");
        }
    }

    /** How the rule decides. */
    private enum Ruling {
        NO_RULE,
        ALLOWED,
        FORBIDDEN,
        UNDECIDED,
        /** In a stage of its own. */
        UNDECIDED_BY_STAGE,
        FAILED
    }

    private record Setup(
            Ruling ruling,
            Map<String, Map<String, Audience>> settings,
            boolean authenticates,
            String subject,
            @Nullable Object claim) {}

    @Provide
    Arbitrary<Setup> setups() {
        Arbitrary<Map<String, Audience>> audiences =
                Arbitraries.maps(
                                Arbitraries.of("subscribe", "publish", "history", "presence"),
                                Arbitraries.of(Audience.values()))
                        .ofMaxSize(4);
        Arbitrary<Object> patterns =
                Arbitraries.of(PATTERNS).list().ofMaxSize(2).map(list -> (Object) list);
        Arbitrary<Object> claims =
                Arbitraries.maps(
                                Arbitraries.of("subscribe", "publish", "history", "presence"),
                                Arbitraries.frequencyOf(
                                        Tuple.of(20, patterns),
                                        Tuple.of(1, Arbitraries.of("*", 7))))
                        .ofMaxSize(4)
                        .map(map -> (Object) map);
        return Combinators.combine(
                        Arbitraries.frequencyOf(
                                Tuple.of(9, Arbitraries.of(Ruling.values())),
                                Tuple.of(9, Arbitraries.of(Ruling.NO_RULE))),
                        Arbitraries.maps(Arbitraries.of(PREFIXES), audiences).ofMaxSize(4),
                        Arbitraries.of(true, false),
                        Arbitraries.of(SUBJECTS),
                        claims.injectNull(0.3))
                .as(Setup::new);
    }

    @Property(tries = 1_500)
    void everyCommandIsAnsweredAsTheModelSays(
            @ForAll("setups") Setup setup, @ForAll What what, @ForAll("channels") String channel) {
        SessionFixture fixture = new SessionFixture(permissions(setup));
        Client client = fixture.client("ada", identity(setup));
        client.send(what.text.formatted(channel));
        JsonObject answer = client.answerTo(2);
        boolean may = true;
        for (String need : what.needs) {
            may &= model(setup, need, channel);
        }
        assertThat(answer.getString("type").equals("error"))
                .as("%s of %s: %s", what, channel, answer)
                .isEqualTo(!may);
        if (!may) {
            assertThat(answer.getString("code")).isEqualTo("FORBIDDEN");
            assertThat(fixture.backbone.drafts).isEmpty();
        }
    }

    @Provide
    Arbitrary<String> channels() {
        return Arbitraries.of(CHANNELS);
    }

    /** As the documentation says it, step by step. */
    private static boolean model(Setup setup, String access, String channel) {
        switch (setup.ruling) {
            case ALLOWED:
                return true;
            case FORBIDDEN, FAILED:
                return false;
            default:
                break;
        }
        String plain = channel.replaceFirst("^ephemeral:", "");
        if (plain.startsWith("user:")) {
            String own = "user:" + setup.subject.replace("@", "/40").replace(":", "/3A");
            return !setup.subject.isEmpty() && (plain.equals(own) || plain.startsWith(own + ":"));
        }
        Audience audience = setup.authenticates ? Audience.AUTHENTICATED : Audience.EVERYONE;
        int longest = -1;
        boolean isSet =
                setup.settings.entrySet().stream()
                        .anyMatch(
                                group ->
                                        channel.startsWith(group.getKey())
                                                && group.getValue().get(access) != null);
        boolean follows = access.equals("history") || access.equals("presence");
        String decisive = !isSet && follows ? "subscribe" : access;
        for (Map.Entry<String, Map<String, Audience>> group : setup.settings.entrySet()) {
            Audience set = group.getValue().get(decisive);
            if (set != null
                    && channel.startsWith(group.getKey())
                    && group.getKey().length() > longest) {
                longest = group.getKey().length();
                audience = set;
            }
        }
        if (audience == Audience.NOBODY) {
            return false;
        }
        if (!setup.subject.isEmpty() && setup.claim instanceof Map<?, ?> claim) {
            if (!claim.values().stream().allMatch(List.class::isInstance)) {
                return false;
            }
            String list = !claim.containsKey(access) && follows ? "subscribe" : access;
            if (claim.get(list) instanceof List<?> patterns) {
                return patterns.stream()
                        .map(String::valueOf)
                        .anyMatch(
                                pattern ->
                                        pattern.endsWith("*")
                                                ? channel.startsWith(pattern.replace("*", ""))
                                                : channel.equals(pattern));
            }
        }
        return audience == Audience.EVERYONE
                || (audience == Audience.AUTHENTICATED && !setup.subject.isEmpty());
    }

    private static Identity identity(Setup setup) {
        if (setup.subject.isEmpty()) {
            return Identity.ANONYMOUS;
        }
        Map<String, Object> claims = new HashMap<>();
        if (setup.claim != null) {
            claims.put("channels", setup.claim);
        }
        return Identity.of(setup.subject).withClaims(claims);
    }

    private static Permissions permissions(Setup setup) {
        List<PrefixSettings> prefixes = new ArrayList<>();
        setup.settings.forEach(
                (prefix, set) ->
                        prefixes.add(
                                new PrefixSettings(
                                        "some",
                                        prefix,
                                        null,
                                        null,
                                        null,
                                        null,
                                        new PrefixAudiences(
                                                set.get("subscribe"),
                                                set.get("publish"),
                                                set.get("history"),
                                                set.get("presence")),
                                        null)));
        ChannelRule rule =
                setup.ruling == Ruling.NO_RULE ? ChannelRule.NONE : new Rule(setup.ruling);
        return new Permissions(
                () -> rule,
                new ChannelSettings(ChannelProfile.defaults(), prefixes),
                setup.authenticates);
    }

    private record Rule(Ruling ruling) implements ChannelRule {
        private CompletionStage<ChannelDecision> decide() {
            return switch (ruling) {
                case NO_RULE, UNDECIDED -> UNDECIDED;
                case ALLOWED -> ALLOWED;
                case FORBIDDEN -> FORBIDDEN;
                case UNDECIDED_BY_STAGE ->
                        CompletableFuture.completedFuture(ChannelDecision.UNDECIDED);
                case FAILED -> CompletableFuture.failedFuture(new IllegalStateException("a test"));
            };
        }

        @Override
        public CompletionStage<ChannelDecision> maySubscribe(ChannelClient client, String channel) {
            return decide();
        }

        @Override
        public CompletionStage<ChannelDecision> mayPublish(ChannelClient client, String channel) {
            return decide();
        }

        @Override
        public CompletionStage<ChannelDecision> maySeePresence(
                ChannelClient client, String channel) {
            return decide();
        }
    }
}
