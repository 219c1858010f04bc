package io.highwater.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.log.LogLimit;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogLinesTest {
    private static final int SECONDS = 8;

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 64})
    void thousandsOfLinesInAFewSecondsAreTooMany(int addresses) {
        LogLines lines = ofPeers(addresses, Math.max(6_548, 3 * addresses * LogLimit.LINES));

        assertThat(lines.tooMany(addresses, SECONDS, 30)).isNotEmpty();
        assertThat(lines.tooMany(addresses, SECONDS, 3_600)).isNotEmpty();
    }

    @Test
    void thousandsOfLinesWithoutAPeerAreTooMany() {
        String line = "{\"level\":\"WARN\",\"event\":\"account_full\"}";

        assertThat(new LogLines(Collections.nCopies(6_548, line)).tooMany(64, SECONDS, 3_600))
                .singleElement()
                .asString()
                .contains("{account_full=6548}");
    }

    @Test
    void whatEachAddressMayWriteInAMinuteIsNotTooMany() {
        assertThat(ofPeers(64, 64 * LogLimit.LINES).tooMany(64, SECONDS, 30)).isEmpty();
    }

    @Test
    void eachMayWriteAsMuchAgainWhereAMinuteEndsAmidstTheAttack() {
        LogLines lines = ofPeers(16, 2 * 16 * LogLimit.LINES);

        assertThat(lines.tooMany(16, SECONDS, 3_600)).isEmpty();
        assertThat(lines.tooMany(16, SECONDS, 30)).isNotEmpty();
    }

    @Test
    void oneAddressOfManyMayNotWriteForTheOthers() {
        LogLines lines = ofPeers(1, 3 * LogLimit.LINES);

        assertThat(lines.tooMany(64, SECONDS, 3_600))
                .containsExactly("180 log lines handshake_refused of 127.0.1.1, not 120");
    }

    private static LogLines ofPeers(int addresses, int count) {
        List<String> lines =
                IntStream.range(0, count)
                        .mapToObj(i -> "127.0.1." + (1 + i % addresses) + ":" + (1_024 + i))
                        .map(peer -> "{\"event\":\"handshake_refused\",\"peer\":\"" + peer + "\"}")
                        .toList();
        return new LogLines(lines);
    }
}
