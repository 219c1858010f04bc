/**
 * What endpoints receive: {@code ReceivingSession} is the receiving part of a session, {@code
 * InboundMessages} decodes each message and passes it to its {@code MessageTarget}. Confined to the
 * session's run unless stated otherwise.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint.message;
