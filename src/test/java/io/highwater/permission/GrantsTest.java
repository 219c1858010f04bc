package io.highwater.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.channel.ChannelAccess;
import io.highwater.channel.ChannelDecision;
import io.highwater.identity.Identity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GrantsTest {
    private static final String NAME = "A-Za-z09._:/-";

    private static Grants grants(Object claim) {
        return Grants.of(Identity.of("ada").withClaims(Map.of("channels", claim)));
    }

    @ParameterizedTest
    @CsvSource({
        "room.42, room.42, true",
        "room.42, room.421, false",
        "room.42, room.4, false",
        "room.*, room.42, true",
        "room.*, room., true",
        "room.*, room, false",
        "room.*, Room.42, false",
        "*, anything, true",
        "*, a, true"
    })
    void aPatternIsANameOrTheBeginningOfNames(String pattern, String channel, boolean covered) {
        Grants grants = grants(Map.of("subscribe", List.of("none", pattern)));
        assertThat(grants.problem()).isNull();
        assertThat(grants.decide(ChannelAccess.SUBSCRIBE, channel))
                .isEqualTo(covered ? ChannelDecision.ALLOWED : ChannelDecision.FORBIDDEN);
    }

    @Test
    void eachListDecidesForItself() {
        Grants grants =
                grants(
                        Map.of(
                                "subscribe", List.of("*"),
                                "publish", List.of(),
                                "history", List.of(),
                                "presence", List.of("c")));
        assertThat(grants.decide(ChannelAccess.SUBSCRIBE, "c")).isEqualTo(ChannelDecision.ALLOWED);
        assertThat(grants.decide(ChannelAccess.PUBLISH, "c")).isEqualTo(ChannelDecision.FORBIDDEN);
        assertThat(grants.decide(ChannelAccess.HISTORY, "c")).isEqualTo(ChannelDecision.FORBIDDEN);
        assertThat(grants.decide(ChannelAccess.PRESENCE, "c")).isEqualTo(ChannelDecision.ALLOWED);
    }

    @Test
    void whereHistoryAndPresenceHaveNoListThatOfSubscribeDecides() {
        Grants grants = grants(Map.of("subscribe", List.of("room.*")));
        for (ChannelAccess access : List.of(ChannelAccess.HISTORY, ChannelAccess.PRESENCE)) {
            assertThat(grants.decide(access, "room.1")).isEqualTo(ChannelDecision.ALLOWED);
            assertThat(grants.decide(access, "news")).isEqualTo(ChannelDecision.FORBIDDEN);
        }
        assertThat(grants.decide(ChannelAccess.PUBLISH, "room.1"))
                .isEqualTo(ChannelDecision.UNDECIDED);
    }

    @Test
    void aListThatIsNotThereDecidesNothing() {
        Grants grants = grants(Map.of("publish", List.of("c")));
        assertThat(grants.decide(ChannelAccess.SUBSCRIBE, "c"))
                .isEqualTo(ChannelDecision.UNDECIDED);
        assertThat(grants.decide(ChannelAccess.HISTORY, "c")).isEqualTo(ChannelDecision.UNDECIDED);
    }

    @Test
    void withoutTheClaimNothingIsDecided() {
        for (Identity identity :
                List.of(
                        Identity.ANONYMOUS,
                        Identity.of("ada"),
                        Identity.of("ada").withClaims(Map.of("channel", "x")))) {
            Grants grants = Grants.of(identity);
            assertThat(grants.problem()).isNull();
            for (ChannelAccess access : ChannelAccess.values()) {
                assertThat(grants.decide(access, "c")).isEqualTo(ChannelDecision.UNDECIDED);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a*b", "**", "*a", "a b", "room.#", "é", "a?", "a\n"})
    void aPatternThatCanNotBeReadGrantsNothingAtAll(String pattern) {
        assertRefused(
                Map.of("subscribe", List.of("*"), "publish", List.of("a", pattern)),
                "channels.publish contains something that is neither a channel's name nor the"
                        + " beginning of names with a * behind it");
    }

    @Test
    void aClaimOfAnotherFormGrantsNothingAtAll() {
        String noObject = "channels is no object with lists of patterns";
        assertRefused("room.*", noObject);
        assertRefused(List.of("room.*"), noObject);
        assertRefused(true, noObject);
        assertRefused(Map.of("history", "*"), "channels.history is no list of patterns");
        assertRefused(Map.of("presence", Map.of()), "channels.presence is no list of patterns");
        assertRefused(
                Map.of("subscribe", List.of(1)),
                "channels.subscribe contains something that is neither a channel's name nor the"
                        + " beginning of names with a * behind it");
        assertRefused(
                Map.of("subscribe", List.of("*"), "subscibe", List.of("*")),
                "channels has members besides subscribe, publish, history and presence");
    }

    private static void assertRefused(Object claim, String problem) {
        Grants grants = grants(claim);
        assertThat(grants.problem()).isEqualTo(problem);
        for (ChannelAccess access : ChannelAccess.values()) {
            assertThat(grants.decide(access, "room.1")).isEqualTo(ChannelDecision.FORBIDDEN);
        }
    }

    @Test
    void patternsAreAsLongAsNamesMayBe() {
        String longest = NAME.repeat(20).substring(0, 200);
        assertThat(ChannelPattern.isOne(longest)).isTrue();
        assertThat(ChannelPattern.isOne(longest + "a")).isFalse();
        assertThat(ChannelPattern.isOne(longest.substring(1) + "*")).isTrue();
        assertThat(ChannelPattern.isOne(longest + "*")).isFalse();
    }
}
