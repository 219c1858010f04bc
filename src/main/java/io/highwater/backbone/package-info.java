/**
 * The log of channels, behind one narrow interface. Every publication is appended to it and
 * delivered from it, so that all nodes see one order.
 *
 * <p>Entry type: {@link io.highwater.backbone.Backbone}. Any thread may call its methods; its
 * listeners receive the entries of a shard one at a time and in order. Code that all
 * implementations share is in backbone.ring and backbone.memory; each implementation has a package
 * of its own.
 *
 * <p>API: what an append promises, and that it is not possible now.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.backbone;
