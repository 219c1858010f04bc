/**
 * Ends sessions in order: {@link io.highwater.node.drain.Drains} starts a drain, which the node's
 * timer wheel runs; {@code DrainPlan} says what is due when. No thread sleeps for it, and what
 * waits for its end does so on a thread of its own.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.node.drain;
