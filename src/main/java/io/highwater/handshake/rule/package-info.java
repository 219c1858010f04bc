/**
 * The rules of the opening handshake that Highwater brings: one CDI interceptor each, bound by an
 * annotation that is named for it, and what they count beside them.
 *
 * <p>Entry type: {@link io.highwater.handshake.rule.HandshakeBeans}, which a node gives to its
 * containers. Rules are stateless but for what they count, which is thread-safe; none blocks.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.handshake.rule;
