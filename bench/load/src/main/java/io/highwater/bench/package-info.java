/**
 * {@code highwater bench}: Highwater and its peers in turns, in the same run.
 *
 * <p>Entry type: {@link io.highwater.bench.Main}. What is measured: {@link
 * io.highwater.bench.Sections} and {@link io.highwater.bench.Growth}. How: a {@link
 * io.highwater.bench.Workload} each. The servers are child processes; the load client and
 * everything that measures run on the command's own thread.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.bench;
