/**
 * {@code highwater bench}: Highwater beside a raw NIO loop, in turns, in the same run.
 *
 * <p>{@code bench deflate} alone measures within its own process: the coders behind what a wire
 * calls.
 *
 * <p>Entry type: {@link io.highwater.cli.bench.BenchCommand}. The servers are child processes; the
 * load client and everything that measures run on the command's own thread. The frame codec here is
 * on purpose not the engine's: a fault in that one must not hide itself from its own benchmark.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.cli.bench;
