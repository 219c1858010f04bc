package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.channel.ChannelClient;
import io.highwater.channel.ChannelDecision;
import io.highwater.channel.ChannelRule;
import io.highwater.channel.ChannelSettings;
import io.highwater.identity.Identity;
import io.highwater.permission.Grants;
import io.highwater.permission.Permissions;
import io.highwater.permission.PermittedClient;
import io.highwater.session.SessionFixture.Client;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a client is subscribed to, asked again as somebody whose identity has changed. */
final class RefusedSubscriptionsTest {
    /** Says nothing but of these channels. */
    private static final class Rule implements ChannelRule {
        final CompletableFuture<ChannelDecision> later = new CompletableFuture<>();

        @Override
        public CompletionStage<ChannelDecision> maySubscribe(ChannelClient who, String channel) {
            return switch (channel) {
                case "slow" -> later;
                case "failing" -> CompletableFuture.failedStage(new IllegalStateException("a"));
                case "throwing" -> throw new IllegalStateException("a test");
                default -> UNDECIDED;
            };
        }
    }

    private record Renewed(Identity identity) implements PermittedClient {
        @Override
        public ChannelClient who() {
            return new ChannelClient("a", identity, SessionFixture.ADDRESS);
        }

        @Override
        public String subject() {
            return identity.subject();
        }

        @Override
        public Grants grants() {
            return Grants.of(identity);
        }
    }

    private static Renewed ada(Map<String, ?> channels) {
        return new Renewed(Identity.of("ada").withClaims(Map.of("channels", channels)));
    }

    @Test
    void thoseThatTheNewClaimLeavesOutAreRefused() {
        Permissions permissions =
                new Permissions(() -> ChannelRule.NONE, ChannelSettings.defaults(), true);
        SessionFixture fixture = new SessionFixture(permissions);
        Client client = fixture.client("a", Identity.of("ada"));
        assertThat(client.session.subscriptions().watched()).isEmpty();
        client.send("{'type':'subscribe','id':2,'channel':'user:ada'}");
        assertThat(client.session.subscriptions().watched())
                .containsExactly(Map.entry("user:ada", false));
        client.send("{'type':'subscribe','id':3,'channel':'room.1'}");
        client.send("{'type':'subscribe','id':4,'channel':'room.2','presence':true}");
        client.send("{'type':'subscribe','id':5,'channel':'news'}");
        Map<String, Boolean> watched = client.session.subscriptions().watched();
        assertThat(watched)
                .isEqualTo(
                        Map.of("user:ada", false, "room.1", false, "room.2", true, "news", false));

        assertThat(refused(permissions, ada(Map.of("subscribe", List.of("room.*"))), watched))
                .containsExactly("news");
        assertThat(refused(permissions, ada(Map.of("presence", List.of())), watched))
                .containsExactly("room.2");
        assertThat(refused(permissions, ada(Map.of()), watched)).isEmpty();
        assertThat(refused(permissions, new Renewed(Identity.ANONYMOUS), watched))
                .containsExactlyInAnyOrderElementsOf(watched.keySet());
    }

    @Test
    void theRuleIsAskedAndOneThatFailsRefuses() {
        Rule rule = new Rule();
        Permissions permissions = new Permissions(() -> rule, ChannelSettings.defaults(), false);
        CompletableFuture<Set<String>> refused =
                permissions
                        .refused(
                                new Renewed(Identity.of("ada")),
                                Map.of(
                                        "slow",
                                        false,
                                        "failing",
                                        false,
                                        "throwing",
                                        true,
                                        "c",
                                        true))
                        .toCompletableFuture();
        assertThat(refused).isNotDone();
        rule.later.complete(ChannelDecision.UNDECIDED);
        assertThat(refused.join()).containsExactlyInAnyOrder("failing", "throwing");
    }

    private static Set<String> refused(
            Permissions permissions, PermittedClient client, Map<String, Boolean> watched) {
        return permissions.refused(client, watched).toCompletableFuture().join();
    }
}
