/**
 * Highwater's own rules of the opening handshake, and what they count: one CDI interceptor for each
 * rule, bound by an annotation that is named after it.
 *
 * <p>Entry type: {@link io.highwater.handshake.rule.HandshakeBeans}, which a node gives to its
 * containers. Rules are stateless except for what they count, which is thread-safe; none blocks.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.handshake.rule;
