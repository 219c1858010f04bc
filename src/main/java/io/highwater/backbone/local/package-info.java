/**
 * The log of channels in the memory of one node: lost when the node ends, and of a new generation
 * when it starts.
 *
 * <p>Entry type: {@link io.highwater.backbone.local.LocalBackbone}, thread-safe. It has no thread
 * of its own: who appends carries the entries to the listeners, one thread at a time for a shard.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.backbone.local;
