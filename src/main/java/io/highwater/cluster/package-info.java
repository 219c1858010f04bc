/**
 * What the nodes of a cluster tell each other beside the log, and do not keep: publications of
 * ephemeral channels, which nodes there are, and who is in a channel.
 *
 * <p>Entry type: {@link io.highwater.cluster.Cluster}, thread-safe. It speaks over a {@link
 * io.highwater.cluster.Bus}, which may lose messages.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.cluster;
