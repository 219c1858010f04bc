/**
 * What waits to be sent: one bounded {@link io.highwater.outbound.SendQueue} a session, empty and
 * unallocated while idle, and the policy that acts above its high-water mark.
 *
 * <p>Entry types: {@link io.highwater.outbound.SendQueues} makes the queues of a route, {@link
 * io.highwater.outbound.Backlog} knows those of a node that hold something. Offers come from any
 * thread; the thread that finds the wire idle, or is told that it is writable, writes. The wire,
 * completions and listeners are called under no lock.
 *
 * <p>API: the values that {@code HighWaterAsync} answers with.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.outbound;
