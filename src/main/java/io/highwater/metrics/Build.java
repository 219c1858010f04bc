package io.highwater.metrics;

/**
 * The versions that a node runs on. Immutable.
 *
 * @param version of Highwater
 * @param java of the JVM
 * @param jetty of Jetty
 */
public record Build(String version, String java, String jetty) {}
