/**
 * How applications in other languages publish, and read channels: the API of HTTP, without a server
 * of HTTP.
 *
 * <p>Entry type: {@link io.highwater.publish.http.HttpApi}, which a server asks. Everything here is
 * thread-safe or immutable, and nothing blocks.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.publish.http;
