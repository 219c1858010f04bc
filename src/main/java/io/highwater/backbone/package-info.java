/**
 * Waist 2: the log of channels. Every publication is appended here and heard here again, so that
 * all nodes see one order.
 *
 * <p>Entry type: {@link io.highwater.backbone.Backbone}. Its methods may be called by any thread;
 * its listeners hear the entries of a shard one at a time and in order. What all implementations
 * share is in backbone.ring; each has a package of its own.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.backbone;
