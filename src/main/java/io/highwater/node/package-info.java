/**
 * Wires, starts, and stops one node: {@link io.highwater.node.EmbeddedNode} with ports of its own,
 * {@link io.highwater.node.JettyBaseNode} for the WARs of a Jetty base. {@code NodeCore} has what
 * both have, and the lifecycle; what is deployed is in {@code deployment}, how sessions are ended
 * in {@code drain}.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.node;
