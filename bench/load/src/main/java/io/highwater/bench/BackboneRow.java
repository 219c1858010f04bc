package io.highwater.bench;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A figure of the log, and what it must reach. Immutable.
 *
 * @param part of the benchmark, as on the command line
 * @param limit null where nothing is asked of it
 */
record BackboneRow(String part, String what, double value, String unit, @Nullable Limit limit) {
    /** A bound. Immutable. */
    record Limit(Side side, double value) {
        /** On which side of it a value holds. */
        enum Side {
            AT_MOST("≤"),
            AT_LEAST("≥");

            private final String sign;

            Side(String sign) {
                this.sign = sign;
            }
        }

        boolean holds(double measured) {
            return side == Side.AT_MOST ? measured <= value : measured >= value;
        }

        private String inWords() {
            return side.sign + " " + plain(value);
        }
    }

    static BackboneRow atMost(String part, String what, double value, String unit, double most) {
        return new BackboneRow(part, what, value, unit, new Limit(Limit.Side.AT_MOST, most));
    }

    static BackboneRow atLeast(String part, String what, double value, String unit, double least) {
        return new BackboneRow(part, what, value, unit, new Limit(Limit.Side.AT_LEAST, least));
    }

    static BackboneRow of(String part, String what, double value, String unit) {
        return new BackboneRow(part, what, value, unit, null);
    }

    private static String plain(double value) {
        BigDecimal rounded = Figures.rounded(value);
        return rounded.abs().doubleValue() >= 10_000
                ? String.format("%,d", rounded.longValue())
                : rounded.toPlainString();
    }

    /** The bound beside the figure. */
    static String table(List<BackboneRow> rows) {
        StringBuilder text =
                new StringBuilder(
                        "| part | what | measured | bound | |\n|---|---|---:|---:|---|\n");
        for (BackboneRow row : rows) {
            Limit limit = row.limit;
            text.append("| ")
                    .append(row.part)
                    .append(" | ")
                    .append(row.what)
                    .append(" | ")
                    .append(plain(row.value))
                    .append(' ')
                    .append(row.unit)
                    .append(" | ")
                    .append(limit == null ? "" : limit.inWords())
                    .append(" | ")
                    .append(limit == null ? "" : limit.holds(row.value) ? "holds" : "MISSED")
                    .append(" |\n");
        }
        return text.toString();
    }

    static JsonArray json(List<BackboneRow> rows) {
        JsonArrayBuilder all = Json.createArrayBuilder();
        for (BackboneRow row : rows) {
            JsonObjectBuilder one =
                    Json.createObjectBuilder()
                            .add("part", row.part)
                            .add("what", row.what)
                            .add("value", Figures.rounded(row.value))
                            .add("unit", row.unit);
            Limit limit = row.limit;
            if (limit != null) {
                one.add("bound", limit.inWords()).add("holds", limit.holds(row.value));
            }
            all.add(one);
        }
        return all.build();
    }
}
