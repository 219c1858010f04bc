package io.highwater.system;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** One scrape in Prometheus' text format. Immutable. */
public record Metrics(Map<String, Double> samples, Set<String> names) {
    static Metrics parse(String text) {
        Map<String, Double> samples = new TreeMap<>();
        Set<String> names = new TreeSet<>();
        text.lines()
                .forEach(
                        line -> {
                            if (line.startsWith("# TYPE ")) {
                                names.add(line.split(" ")[2]);
                            } else if (!line.startsWith("#") && !line.isBlank()) {
                                int end = line.lastIndexOf(' ');
                                samples.put(
                                        line.substring(0, end),
                                        Double.valueOf(line.substring(end + 1)));
                            }
                        });
        return new Metrics(samples, names);
    }

    /**
     * @param sample a name with its label, such as {@code highwater_closes_total{code="1000"}}
     */
    double value(String sample) {
        Double value = samples.get(sample);
        if (value == null) {
            throw new AssertionError(sample + " is not among " + samples.keySet());
        }
        return value;
    }

    double connections(String transport) {
        return value("highwater_connections{transport=\"" + transport + "\"}");
    }

    double closes(String code) {
        return value("highwater_closes_total{code=\"" + code + "\"}");
    }

    /** Of all transports. */
    public double connections() {
        return samples.entrySet().stream()
                .filter(sample -> sample.getKey().startsWith("highwater_connections{"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }
}
