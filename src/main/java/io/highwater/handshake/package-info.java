/**
 * The opening handshake: the request, the decision, and the chain of rules between them. Each rule
 * is a CDI interceptor that an annotation binds; {@link io.highwater.handshake.HandshakePriorities}
 * gives their order. A rule answers with an {@link io.highwater.handshake.UpgradeDecision} and does
 * not throw.
 *
 * <p>Entry type: {@link io.highwater.handshake.Handshake}; a container has one. Rules are asked on
 * the thread that brings the request or, if an application's rules take part, on a thread of their
 * own.
 *
 * <p>API: the types that an application's own rule needs; see {@link
 * io.highwater.handshake.HandshakeRule}.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.handshake;
