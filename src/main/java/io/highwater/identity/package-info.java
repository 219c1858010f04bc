/**
 * Who a client is, as a rule of the opening handshake has found out.
 *
 * <p>Entry type: {@link io.highwater.identity.Identity}. Everything here is immutable.
 *
 * <p>API: what a team's handshake rule sets, and its endpoints and its {@code ChannelRule} read.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.identity;
