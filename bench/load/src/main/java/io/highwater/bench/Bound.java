package io.highwater.bench;

import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What a contestant must reach, as a figure of its own or as a ratio of two contestants' in the
 * same run. Immutable.
 *
 * @param figure whose bound it is
 * @param over who it is compared with; its own figure alone where that is the contestant itself
 * @param most the largest value that holds
 */
record Bound(String title, String figure, Contestant contestant, Contestant over, double most) {
    /** A bound on a figure itself. */
    static Bound absolute(String title, String figure, Contestant contestant, double most) {
        return new Bound(title, figure, contestant, contestant, most);
    }

    /** Empty where one of the two had no turn or has no such figure. */
    OptionalDouble value(Map<Contestant, Figures> medians) {
        Double ours = figure(medians, contestant);
        if (ours == null || over == contestant) {
            return ours == null ? OptionalDouble.empty() : OptionalDouble.of(ours);
        }
        Double theirs = figure(medians, over);
        return theirs == null || theirs <= 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(ours / theirs);
    }

    private @Nullable Double figure(Map<Contestant, Figures> medians, Contestant whose) {
        Figures figures = medians.get(whose);
        return figures == null ? null : figures.byName().get(figure);
    }

    boolean isRatio() {
        return over != contestant;
    }
}
