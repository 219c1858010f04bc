package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BoundTest {
    private static final Map<Contestant, Figures> MEDIANS =
            Map.of(
                    Contestant.CHANNEL, new Figures(Map.of("cpu", 3.0)),
                    Contestant.RAW, new Figures(Map.of("cpu", 2.0, "other", 1.0)),
                    Contestant.NETTY, new Figures(Map.of("cpu", 0.0)));

    @Test
    void aRatioIsOfTheTwoInTheSameRun() {
        Bound bound = Bound.ratio("", "cpu", Contestant.CHANNEL, Contestant.RAW, 2);

        assertThat(bound.value(MEDIANS)).hasValue(1.5);
    }

    @Test
    void aDifferenceIsOfTheTwoInTheSameRun() {
        Bound bound = Bound.difference("", "cpu", Contestant.CHANNEL, Contestant.RAW, 2);

        assertThat(bound.value(MEDIANS)).hasValue(1);
    }

    @Test
    void aFigureOfItsOwnNeedsNobodyElse() {
        assertThat(Bound.own("", "cpu", Contestant.CHANNEL, 2).value(MEDIANS)).hasValue(3);
    }

    @Test
    void whereOneHadNoTurnOrNoFigureThereIsNone() {
        assertThat(Bound.ratio("", "cpu", Contestant.CHANNEL, Contestant.WS, 2).value(MEDIANS))
                .isEmpty();
        assertThat(Bound.ratio("", "other", Contestant.CHANNEL, Contestant.RAW, 2).value(MEDIANS))
                .isEmpty();
        assertThat(Bound.ratio("", "cpu", Contestant.CHANNEL, Contestant.NETTY, 2).value(MEDIANS))
                .isEmpty();
        assertThat(Bound.own("", "cpu", Contestant.WS, 2).value(MEDIANS)).isEmpty();
    }
}
