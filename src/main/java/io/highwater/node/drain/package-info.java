/**
 * Ends sessions in an orderly way: {@link io.highwater.node.drain.Drains} starts a drain, which the
 * node's timer wheel runs; {@code DrainPlan} says when each step is due. A drain occupies no
 * thread; only callers that wait for its end block, each on its own thread.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.node.drain;
