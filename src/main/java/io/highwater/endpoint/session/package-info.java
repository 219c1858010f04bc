/**
 * One WebSocket of an endpoint, from its opening to its end: {@code EndpointSession} listens to the
 * wire and calls the endpoint's methods, one at a time on the session's executor; {@code
 * JakartaSession} is the session that the endpoint sees. {@code EndpointClass} holds what the
 * sessions of a class share; start reading there.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint.session;
