package io.highwater.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PositionTest {
    @Test
    void textIsThatOfTheProtocol() {
        assertThat(new Position("local", 1795301843554L, 88213, 105).text())
                .isEqualTo("1795301843554-88213-105");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1-2",
                "1-2-3-4",
                "-1-2-3",
                "+1-2-3",
                "1-2-",
                " 1-2-3",
                "1-2-3\n",
                "1-2-x",
                "1--2-3",
                "٣-2-3",
                "1-2-9223372036854775808",
                "1-2-00000000000000000001"
            })
    void anythingElseIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Position.parse("local", text))
                .withMessage(
                        "a position is generation-shardSequence-channelSequence, three decimal"
                                + " numbers below 2^63");
    }

    @Test
    void aNegativePartIsRefused() {
        assertThatThrownBy(() -> new Position("local", 1, 1, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a position has no negative part: 1-1--1");
    }

    @ParameterizedTest
    @CsvSource({
        "2-1-1, 1-9-9, true",
        "1-9-9, 2-1-1, false",
        "1-1-2, 1-9-1, true",
        "1-9-1, 1-1-2, false",
        "1-9-1, 1-1-1, false"
    })
    void laterIsAHigherGenerationThenAHigherChannelSequence(
            String one, String other, boolean after) {
        Position position = Position.parse("local", one);
        assertThat(position.isAfter(Position.parse("local", other))).isEqualTo(after);
    }

    @Test
    void originsHaveNoCommonOrder() {
        Position eu = new Position("eu", 1, 1, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> eu.isAfter(new Position("us", 1, 1, 1)));
    }

    @Property(tries = 200)
    boolean whatIsWrittenIsRead(
            @ForAll @LongRange(min = 0) long generation,
            @ForAll @LongRange(min = 0) long shardSequence,
            @ForAll @LongRange(min = 0) long channelSequence) {
        Position position = new Position("local", generation, shardSequence, channelSequence);
        return Position.parse("local", position.text()).equals(position);
    }
}
