/**
 * One WebSocket of an endpoint, from its opening to its end: {@code EndpointSession} hears the wire
 * and calls the endpoint's methods, one at a time on the session's executor; {@code JakartaSession}
 * is what the endpoint sees of it. {@code EndpointClass} is what the sessions of a class share, and
 * where to begin.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint.session;
