/**
 * Tries to make Highwater lose, double or reorder messages: real nodes, with a real Redis and a
 * real PostgreSQL where they use them, clients that change from node to node, and faults.
 *
 * <p>{@link io.highwater.chaos.ChaosRun} lets {@link io.highwater.chaos.Nemesis nemeses} strike a
 * {@link io.highwater.chaos.Deployment} while clients write down in a {@link
 * io.highwater.chaos.History} what they send and receive. {@link io.highwater.chaos.Checker} then
 * compares the history with the {@link io.highwater.chaos.Invariant invariants}. Since a checker
 * that never fails proves nothing, {@link io.highwater.chaos.Mutation mutations} of the product
 * must make it fail.
 */
package io.highwater.chaos;
