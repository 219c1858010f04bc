/**
 * Wires, starts, and stops one node: {@link io.highwater.node.EmbeddedNode} with ports of its own,
 * {@link io.highwater.node.JettyBaseNode} for the WARs of a Jetty base. {@code NodeCore} has the
 * parts common to both, and the lifecycle. Package {@code deployment} holds what teams deploy,
 * package {@code drain} ends sessions.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.node;
