/**
 * Implements the other packages' observers; the only package that imports the metrics library.
 * {@link io.highwater.metrics.NodeMetrics} hands the observers out, and the enum Metric is the
 * catalogue. Everything is thread-safe: any thread may call an observer.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.metrics;
