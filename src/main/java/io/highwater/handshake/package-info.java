/**
 * The opening handshake's rules: one CDI interceptor each, bound by an annotation, in the order of
 * one file. A rule answers an {@link io.highwater.handshake.UpgradeDecision}; it does not throw.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.handshake;
