/**
 * What endpoints receive: {@code ReceivingSession} is that part of a session, {@code
 * InboundMessages} brings each message to its {@code MessageTarget}, decoded. Confined to the
 * session's run, but for what says otherwise.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint.message;
