/**
 * The only importer of the metrics library; implements the other packages' observers. {@link
 * io.highwater.metrics.NodeMetrics} hands them out, the catalogue is the enum Metric. Everything is
 * thread-safe: observers are called from every thread there is.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.metrics;
