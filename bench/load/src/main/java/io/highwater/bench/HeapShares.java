package io.highwater.bench;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Splits what connections added to the heap between the wire and the layer above it, by class name:
 * an estimate, since arrays, strings and collections of the JDK say nothing of their owner.
 * Immutable.
 *
 * @param grown the histogram with the connections minus the one without
 */
record HeapShares(ClassHistogram grown, int connections) {
    private static final List<String> WIRE =
            List.of(
                    "io.highwater.wire",
                    "io.highwater.server",
                    "io.highwater.handshake",
                    "org.eclipse.jetty.io",
                    "org.eclipse.jetty.http",
                    "org.eclipse.jetty.server",
                    "org.eclipse.jetty.util",
                    "java.nio",
                    "sun.nio",
                    "java.net",
                    "java.io.FileDescriptor",
                    "jdk.internal.ref");
    private static final List<String> ABOVE_WIRE =
            List.of(
                    "io.highwater.endpoint",
                    "io.highwater.session",
                    "io.highwater.protocol",
                    "io.highwater.channel",
                    "io.highwater.backbone",
                    "io.highwater.outbound",
                    "io.highwater.keepalive",
                    "org.eclipse.jetty.ee10",
                    "org.eclipse.jetty.websocket",
                    "org.jboss.weld",
                    "java.lang.invoke");
    private static final double LISTED_INSTANCES = 0.5;

    /** Bytes a connection in classes of the wire: Highwater's, Jetty's below the upgrade, NIO's. */
    double wireBytes() {
        return bytesOf(WIRE);
    }

    /**
     * Bytes a connection in classes of the layer above: an endpoint's, with Jetty's Jakarta and
     * Weld's, or a channel session's.
     */
    double aboveWireBytes() {
        return bytesOf(ABOVE_WIRE);
    }

    /** Bytes a connection in classes of neither. */
    double otherBytes() {
        return (double) grown.totalBytes() / connections - wireBytes() - aboveWireBytes();
    }

    JsonObjectBuilder toJson() {
        JsonArrayBuilder classes = Json.createArrayBuilder();
        grown.byClass().entrySet().stream()
                .filter(e -> perConnection(e.getValue().instances()) >= LISTED_INSTANCES)
                .sorted(Comparator.comparingLong(e -> -e.getValue().bytes()))
                .forEach(e -> classes.add(row(e)));
        return Json.createObjectBuilder()
                .add("wireBytes", Figures.rounded(wireBytes()))
                .add("aboveWireBytes", Figures.rounded(aboveWireBytes()))
                .add("otherBytes", Figures.rounded(otherBytes()))
                .add("classes", classes);
    }

    private JsonObjectBuilder row(Map.Entry<String, ClassHistogram.Entry> entry) {
        return Json.createObjectBuilder()
                .add("class", entry.getKey())
                .add("instances", Figures.rounded(perConnection(entry.getValue().instances())))
                .add("bytes", Figures.rounded(perConnection(entry.getValue().bytes())));
    }

    private double bytesOf(List<String> prefixes) {
        long bytes =
                grown.byClass().entrySet().stream()
                        .filter(
                                e ->
                                        prefixes.stream()
                                                .anyMatch(elementClass(e.getKey())::startsWith))
                        .mapToLong(e -> e.getValue().bytes())
                        .sum();
        return perConnection(bytes);
    }

    /** {@code [Lorg.x.Y;} is an array of {@code org.x.Y}. */
    private static String elementClass(String name) {
        return name.replaceFirst("^\\[+L", "");
    }

    private double perConnection(long value) {
        return (double) value / connections;
    }
}
