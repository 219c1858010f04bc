package io.highwater.bench;

import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What a contestant must reach: by a figure of its own, or by that beside another's in the same
 * run. Immutable.
 *
 * @param figure whose bound it is
 * @param over who it stands beside
 * @param most the largest value that holds
 */
record Bound(
        String title,
        String figure,
        Contestant contestant,
        Contestant over,
        Measure measure,
        double most) {
    /** What is compared with the bound. */
    enum Measure {
        /** The contestant's figure alone. */
        OWN,
        /** Over that of the other. */
        RATIO,
        /** Minus that of the other. */
        DIFFERENCE
    }

    static Bound own(String title, String figure, Contestant contestant, double most) {
        return new Bound(title, figure, contestant, contestant, Measure.OWN, most);
    }

    static Bound ratio(
            String title, String figure, Contestant contestant, Contestant over, double most) {
        return new Bound(title, figure, contestant, over, Measure.RATIO, most);
    }

    static Bound difference(
            String title, String figure, Contestant contestant, Contestant from, double most) {
        return new Bound(title, figure, contestant, from, Measure.DIFFERENCE, most);
    }

    /** Empty where one of the two had no turn or has no such figure. */
    OptionalDouble value(Map<Contestant, Figures> medians) {
        Double ours = figure(medians, contestant);
        Double theirs = figure(medians, over);
        if (ours == null || theirs == null) {
            return OptionalDouble.empty();
        }
        return switch (measure) {
            case OWN -> OptionalDouble.of(ours);
            case DIFFERENCE -> OptionalDouble.of(ours - theirs);
            case RATIO -> theirs > 0 ? OptionalDouble.of(ours / theirs) : OptionalDouble.empty();
        };
    }

    private @Nullable Double figure(Map<Contestant, Figures> medians, Contestant whose) {
        Figures figures = medians.get(whose);
        return figures == null ? null : figures.byName().get(figure);
    }
}
