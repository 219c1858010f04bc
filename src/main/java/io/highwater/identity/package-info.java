/**
 * The identity of a client, as a rule of the opening handshake determined it, and the tokens (JWT)
 * that say it. This package is the only importer of the token library, Nimbus JOSE+JWT.
 *
 * <p>Entry types: {@link io.highwater.identity.Identity} for whoever reads it, {@link
 * io.highwater.identity.Tokens} for whoever gets a token. Values are immutable, and the rest is
 * thread-safe. No token and no key appears in a log line, a message or a toString.
 *
 * <p>API: an application's handshake rule sets an Identity; endpoints and the {@code ChannelRule}
 * read it.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.identity;
