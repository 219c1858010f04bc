package io.highwater.bench;

import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Named figures of one turn, in the order they are to be printed; a name ends in its unit.
 * Immutable.
 */
record Figures(Map<String, Double> byName) {
    private static final MathContext PRINTED = new MathContext(5);

    Figures {
        byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
    }

    /** The median of each figure that all turns have. */
    static Figures median(List<Figures> turns) {
        Map<String, Double> medians = new LinkedHashMap<>();
        for (String name : turns.get(0).byName.keySet()) {
            double[] values =
                    turns.stream().mapToDouble(t -> t.byName.get(name)).sorted().toArray();
            int middle = values.length / 2;
            medians.put(
                    name,
                    values.length % 2 == 1
                            ? values[middle]
                            : (values[middle - 1] + values[middle]) / 2);
        }
        return new Figures(medians);
    }

    /** Each figure over the same one of {@code other}; none where that is not above zero. */
    Figures over(Figures other) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        byName.forEach(
                (name, value) -> {
                    Double divisor = other.byName.get(name);
                    if (divisor != null && divisor > 0) {
                        ratios.put(name, value / divisor);
                    }
                });
        return new Figures(ratios);
    }

    JsonObjectBuilder toJson() {
        JsonObjectBuilder json = Json.createObjectBuilder();
        byName.forEach((name, value) -> json.add(name, rounded(value)));
        return json;
    }

    /** Five significant digits: more than the method has. */
    static BigDecimal rounded(double value) {
        BigDecimal short_ = new BigDecimal(value).round(PRINTED).stripTrailingZeros();
        return short_.scale() < 0 ? short_.setScale(0) : short_;
    }
}
