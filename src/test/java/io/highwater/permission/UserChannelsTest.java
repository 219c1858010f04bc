package io.highwater.permission;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UserChannelsTest {
    @ParameterizedTest
    @CsvSource({
        "ada, user:ada",
        "Ada_L-1.2, user:Ada_L-1.2",
        "ada@example.com, user:ada/40example.com",
        "auth0|17, user:auth0/7C17",
        "a:b, user:a/3Ab",
        "a/3Ab, user:a/2F3Ab",
        "zoë, user:zo/C3/AB",
        "🦊, user:/F0/9F/A6/8A"
    })
    void theSubjectIsPartOfTheName(String subject, String channel) {
        assertThat(UserChannels.of(subject)).isEqualTo(channel);
        assertThat(UserChannels.isOne(channel)).isTrue();
        assertThat(UserChannels.belongsTo(channel, subject)).isTrue();
        assertThat(UserChannels.belongsTo(channel + ":inbox", subject)).isTrue();
        assertThat(UserChannels.belongsTo(channel + ":", subject)).isTrue();
        assertThat(UserChannels.belongsTo("ephemeral:" + channel + ":typing", subject)).isTrue();
        assertThat(UserChannels.belongsTo(channel + "x", subject)).isFalse();
        assertThat(UserChannels.belongsTo(channel + "/", subject)).isFalse();
        assertThat(UserChannels.belongsTo(channel.substring(0, channel.length() - 1), subject))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "user:ada/40example.com, ada",
        "user:ada, ada@example.com",
        "user:a/3ab, a:b",
        "user:a:b, a:b",
        "user:Ada, ada",
        "user:zo/c3/ab, zoë",
        "user:zo/C3, zoë",
        "user:, ada",
        "user::ada, ada",
        "user:ada/, ada@",
        "user:ada/4, ada@"
    })
    void anythingElseBelongsToSomebodyElseOrToNobody(String channel, String subject) {
        assertThat(UserChannels.isOne(channel)).isTrue();
        assertThat(UserChannels.belongsTo(channel, subject)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"users", "user", "User:ada", "a.user:ada", "ephemeral:users", "/user:ada"})
    void otherNamesAreOrdinaryChannels(String channel) {
        assertThat(UserChannels.isOne(channel)).isFalse();
    }

    @Test
    void anonymousClientsAndSubjectsThatAreNoTextOwnNothing() {
        assertThat(UserChannels.belongsTo("user:", "")).isFalse();
        assertThat(UserChannels.belongsTo("user::", "")).isFalse();
        assertThat(UserChannels.belongsTo("user:/3F", "\uD83E")).isFalse();
        assertThat(UserChannels.belongsTo("user:a/3F", "a\uDD8A")).isFalse();
        assertThat(UserChannels.belongsTo("user:/3F/3F", "\uDD8A\uD83E")).isFalse();
    }

    /** Of few characters, so that names come close to each other. */
    @Property
    void noNameBelongsToTwo(
            @ForAll("subjects") String one,
            @ForAll("subjects") String other,
            @ForAll("tails") String tail) {
        String channel = UserChannels.of(one) + tail;
        assertThat(UserChannels.belongsTo(channel, one))
                .isEqualTo(tail.isEmpty() || tail.startsWith(":"));
        if (!one.equals(other)) {
            assertThat(
                            UserChannels.belongsTo(channel, one)
                                    && UserChannels.belongsTo(channel, other))
                    .isFalse();
        }
    }

    @Provide
    Arbitrary<String> subjects() {
        return Arbitraries.strings()
                .withChars('a', '/', ':', '@', '4', '0', 'ë')
                .ofMinLength(1)
                .ofMaxLength(6);
    }

    @Provide
    Arbitrary<String> tails() {
        return Arbitraries.strings().withChars('a', '/', ':', '4', '0').ofMaxLength(3);
    }
}
