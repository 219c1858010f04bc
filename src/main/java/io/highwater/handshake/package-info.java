/**
 * The opening handshake: what is asked, what is answered, and the chain of rules between them. Each
 * rule is a CDI interceptor, bound by an annotation, in the order of one file; it answers an {@link
 * io.highwater.handshake.UpgradeDecision} and does not throw.
 *
 * <p>Entry type: {@link io.highwater.handshake.Handshake}, which a container has one of. Rules are
 * asked on the thread that brings the request, or, where a team's take part, on one of their own.
 *
 * <p>API: what a team's own rule is made of; see {@link io.highwater.handshake.HandshakeRule}.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.handshake;
