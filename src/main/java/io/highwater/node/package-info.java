/**
 * Wires, starts, drains and stops one node, and deploys on it: {@link
 * io.highwater.node.EmbeddedNode} with ports of its own, {@link io.highwater.node.JettyBaseNode}
 * for the WARs of a Jetty base. {@code NodeCore} has what both have.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.node;
