/**
 * The identity of a client, as a rule of the opening handshake determined it.
 *
 * <p>Entry type: {@link io.highwater.identity.Identity}. Everything here is immutable.
 *
 * <p>API: an application's handshake rule sets it; endpoints and the {@code ChannelRule} read it.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.identity;
