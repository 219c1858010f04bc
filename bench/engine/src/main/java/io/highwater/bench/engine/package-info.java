/** Highwater's wire engine alone, and JMH benchmarks of its hot paths. */
@org.jspecify.annotations.NullMarked
package io.highwater.bench.engine;
