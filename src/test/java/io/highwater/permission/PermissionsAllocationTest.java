package io.highwater.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.channel.Audience;
import io.highwater.channel.ChannelAccess;
import io.highwater.channel.ChannelClient;
import io.highwater.channel.ChannelProfile;
import io.highwater.channel.ChannelRule;
import io.highwater.channel.ChannelSettings;
import io.highwater.channel.PrefixAudiences;
import io.highwater.channel.PrefixSettings;
import io.highwater.identity.Identity;
import io.highwater.testing.Allocations;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Asked at every command, so it must cost next to nothing. */
final class PermissionsAllocationTest {
    private static final int TIMES = 10_000;

    /** By the compiler, the timers and so on. */
    private static final long BY_OTHERS = TIMES;

    private record Known(Identity identity, Grants grants) implements PermittedClient {
        Known(Identity identity) {
            this(identity, Grants.of(identity));
        }

        @Override
        public ChannelClient who() {
            throw new AssertionError("only a rule needs it");
        }

        @Override
        public String subject() {
            return identity.subject();
        }
    }

    @Test
    void withoutARuleAnAnswerAllocatesNothing() {
        ChannelSettings settings =
                new ChannelSettings(
                        ChannelProfile.defaults(),
                        List.of(
                                new PrefixSettings(
                                        "a",
                                        "room.",
                                        null,
                                        null,
                                        null,
                                        null,
                                        new PrefixAudiences(
                                                null, Audience.TOKEN, null, Audience.NOBODY),
                                        null)));
        Permissions byDefault = permissions(ChannelSettings.defaults());
        Permissions configured = permissions(settings);
        Known anonymous = new Known(Identity.ANONYMOUS);
        Known ada =
                new Known(
                        Identity.of("ada@example.com")
                                .withClaims(
                                        Map.of(
                                                "channels",
                                                Map.of("publish", List.of("a", "room.4*")))));
        assertThat(
                        Allocations.of(
                                () -> {
                                    for (int i = 0; i < TIMES; i++) {
                                        assertMay(byDefault, anonymous, "room.42", true);
                                        assertMay(configured, anonymous, "room.42", false);
                                        assertMay(configured, ada, "room.42", true);
                                        assertMay(configured, ada, "news", false);
                                        assertMay(configured, ada, "user:ada/40example.com", true);
                                        assertMay(configured, ada, "user:bob", false);
                                    }
                                }))
                .isLessThan(BY_OTHERS);
    }

    private static Permissions permissions(ChannelSettings settings) {
        return new Permissions(() -> ChannelRule.NONE, settings, false);
    }

    private static void assertMay(
            Permissions permissions, PermittedClient client, String channel, boolean may) {
        if (permissions.may(ChannelAccess.PUBLISH, client, channel)
                != (may ? Permissions.ALLOWED : Permissions.FORBIDDEN)) {
            throw new AssertionError(client.subject() + " in " + channel);
        }
    }
}
