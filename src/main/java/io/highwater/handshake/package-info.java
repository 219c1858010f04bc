/**
 * The opening handshake's rules: one CDI interceptor each, bound by an annotation, in the order of
 * one file. A rule answers an {@link io.highwater.handshake.UpgradeDecision}; it does not throw.
 *
 * <p>API: what a team's own rule is made of; see {@link io.highwater.handshake.HandshakeRule}.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.handshake;
