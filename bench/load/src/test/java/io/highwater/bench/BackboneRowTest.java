package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BackboneRowTest {
    private static final List<BackboneRow> ROWS =
            List.of(
                    BackboneRow.atMost("delivery", "p50", 2.345678, "ms", 3),
                    BackboneRow.atLeast("durable", "file", 19_999.4, "per second", 20_000),
                    BackboneRow.of("redis", "messages in a call", 16, ""));

    @Test
    void theBoundStandsBesideTheFigure() {
        assertThat(BackboneRow.table(ROWS).lines().skip(2))
                .containsExactly(
                        "| delivery | p50 | 2.3457 ms | ≤ 3 | holds |",
                        "| durable | file | 19,999 per second | ≥ 20,000 | MISSED |",
                        "| redis | messages in a call | 16  |  |  |");
    }

    @Test
    void jsonSaysWhetherItHolds() {
        assertThat(BackboneRow.json(ROWS).getJsonObject(0).getBoolean("holds")).isTrue();
        assertThat(BackboneRow.json(ROWS).getJsonObject(1).getBoolean("holds")).isFalse();
        assertThat(BackboneRow.json(ROWS).getJsonObject(2)).doesNotContainKey("holds");
    }
}
