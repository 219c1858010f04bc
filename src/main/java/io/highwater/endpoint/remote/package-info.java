/**
 * What endpoints send: {@code SendingSession} is the part of a session with its queue, {@code
 * BasicRemote} the remote that waits; {@code HighWaterAsync}, which teams see, is one package up.
 * What says nothing else is thread-safe.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint.remote;
