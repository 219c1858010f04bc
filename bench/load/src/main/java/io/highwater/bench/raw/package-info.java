/**
 * The floor: a WebSocket server of one selector loop, to measure against. Entry type: {@link
 * io.highwater.bench.raw.RawLoop}.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.bench.raw;
