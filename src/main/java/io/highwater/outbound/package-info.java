/**
 * What waits to be sent: one bounded {@link io.highwater.outbound.SendQueue} for each session,
 * empty and unallocated while idle, and the policy that acts above its high-water mark.
 *
 * <p>Entry types: {@link io.highwater.outbound.SendQueues} makes the queues of a route; {@link
 * io.highwater.outbound.NonEmptyQueues} knows the queues of a node that hold something. What a
 * queue does is by subject: {@link io.highwater.outbound.Offering} judges offers, {@link
 * io.highwater.outbound.Writing} writes, {@link io.highwater.outbound.Ending} ends; {@link
 * io.highwater.outbound.QueueContents} is what waits, and {@link io.highwater.outbound.WaterLevel}
 * where that stands against the marks.
 *
 * <p>Thread rule: any thread may offer; the thread that finds the wire idle, or is told that it is
 * writable, writes. The wire, completions and listeners are called under no lock.
 *
 * <p>API: the values that {@code HighWaterAsync} answers with.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.outbound;
