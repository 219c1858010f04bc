package io.highwater.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.backbone.RingBounds;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ChannelSettingsTest {
    @Test
    void theDefaultsAreThoseOfTheDesign() {
        ChannelSettings settings = ChannelSettings.defaults();
        assertThat(settings.forChannel("any"))
                .isEqualTo(
                        new ChannelProfile(
                                ChannelOverflow.EVICT,
                                50,
                                new RingBounds(1_000, Duration.ofMinutes(2))));
    }

    @Test
    void ofSeveralPrefixesTheLongestThatSetsAKeyWins() {
        ChannelSettings settings =
                settings(
                        prefix("prices.fx.", null, null, 7, null),
                        prefix("", null, null, 5, "10s"),
                        prefix("prices.", "LATEST", 3, 6, null));
        assertThat(settings.forChannel("prices.fx.eur"))
                .isEqualTo(profile(ChannelOverflow.LATEST, 3, 7));
        assertThat(settings.forChannel("prices.gold"))
                .isEqualTo(profile(ChannelOverflow.LATEST, 3, 6));
        assertThat(settings.forChannel("prices")).isEqualTo(profile(ChannelOverflow.EVICT, 50, 5));
    }

    @Test
    void ephemeralChannelsKeepTheLatestUnlessTheyAreSetOtherwise() {
        assertThat(ChannelSettings.defaults().forChannel("ephemeral:typing").policy())
                .isEqualTo(ChannelOverflow.LATEST);
        assertThat(ChannelSettings.defaults().forChannel("ephemeral").policy())
                .isEqualTo(ChannelOverflow.EVICT);
        ChannelSettings settings =
                settings(
                        prefix("", "EVICT", null, null, null),
                        prefix("ephemeral:cursors", "LATEST", 7, null, null));
        assertThat(settings.forChannel("ephemeral:typing").policy())
                .isEqualTo(ChannelOverflow.EVICT);
        assertThat(settings.forChannel("ephemeral:cursors").policy())
                .isEqualTo(ChannelOverflow.LATEST);
        assertThat(settings.forChannel("ephemeral:cursors").latestCount()).isEqualTo(7);
    }

    @Test
    void ephemeralChannelsKeepTheLatestWhereOthersDemote() {
        ChannelSettings settings = settings(prefix("", "DEMOTE", 7, null, null));
        assertThat(settings.forChannel("news").policy()).isEqualTo(ChannelOverflow.DEMOTE);
        assertThat(settings.forChannel("ephemeral:typing").policy())
                .isEqualTo(ChannelOverflow.LATEST);
        assertThat(settings.forChannel("ephemeral:typing").latestCount()).isEqualTo(7);
    }

    private static ChannelProfile profile(ChannelOverflow policy, int latestCount, int messages) {
        return new ChannelProfile(
                policy, latestCount, new RingBounds(messages, Duration.ofSeconds(10)));
    }

    @ParameterizedTest
    @CsvSource({"EVICT, 1, 0, 1s", "LATEST, 10000, 1000000, 86400s", ", , , "})
    void theBoundsAreAllowed(
            @Nullable String policy,
            @Nullable Integer latestCount,
            @Nullable Integer historyMessages,
            @Nullable String historyAge) {
        assertThat(prefix("p", policy, latestCount, historyMessages, historyAge)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PAUSE||||policy: PAUSE is not in the range EVICT, LATEST, DEMOTE (PAUSE is for annotated"
                        + " endpoints)",
                "latest||||policy: latest is not in the range EVICT, LATEST, DEMOTE",
                "|0|||latest-count: 0 is not in the range 1 to 10000",
                "|10001|||latest-count: 10001 is not in the range 1 to 10000",
                "||-1||history-messages: -1 is not in the range 0 to 1000000",
                "||1000001||history-messages: 1000001 is not in the range 0 to 1000000",
                "|||0.999s|history-age: 999ms is not in the range 1s to 1d",
                "|||86401s|history-age: 86401s is not in the range 1s to 1d",
            })
    void whatIsOutsideIsRefusedWithKeyValueAndRange(
            @Nullable String policy,
            @Nullable Integer latestCount,
            @Nullable Integer historyMessages,
            @Nullable String historyAge,
            String message) {
        assertThatThrownBy(
                        () -> prefix("prices.", policy, latestCount, historyMessages, historyAge))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("highwater.channels.some." + message.replace("24H0M1S", "24H1S"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"white space", "é", "a*"})
    void aPrefixThatNoChannelCanHaveIsRefused(String prefix) {
        assertThatThrownBy(() -> prefix(prefix, null, null, null, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "highwater.channels.some.prefix: \""
                                + prefix
                                + "\" is not in the range 0 to 200 of A-Z a-z 0-9 . _ : / -");
    }

    @Test
    void aPrefixIsSetOnce() {
        assertThatThrownBy(
                        () ->
                                settings(
                                        prefix("p", "LATEST", null, null, null),
                                        prefix("p", "EVICT", null, null, null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("highwater.channels: the prefix \"p\" is set more than once");
    }

    private static ChannelSettings settings(PrefixSettings... prefixes) {
        return new ChannelSettings(ChannelProfile.defaults(), List.of(prefixes));
    }

    private static PrefixSettings prefix(
            String prefix,
            @Nullable String policy,
            @Nullable Integer latestCount,
            @Nullable Integer historyMessages,
            @Nullable String historyAge) {
        return new PrefixSettings(
                "some",
                prefix,
                policy,
                latestCount,
                historyMessages,
                historyAge == null ? null : Duration.parse("PT" + historyAge),
                PrefixAudiences.NONE,
                null);
    }
}
