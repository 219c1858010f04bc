/**
 * The log of channels in the memory of one node. It is lost when the node ends, and every start of
 * the node begins a new generation.
 *
 * <p>Entry type: {@link io.highwater.backbone.local.LocalBackbone}, thread-safe. It has no thread
 * of its own: the appending threads carry the entries to the listeners, one thread at a time for
 * each shard.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.backbone.local;
