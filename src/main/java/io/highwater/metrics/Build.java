package io.highwater.metrics;

/**
 * What a node is made of. Immutable.
 *
 * @param version Highwater's
 * @param java the JVM's
 * @param jetty the Jetty's that the node runs on
 */
public record Build(String version, String java, String jetty) {}
