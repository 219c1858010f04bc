/**
 * What endpoints send: {@code SendingSession} is the part of a session with its queue, {@code
 * BasicRemote} the remote that blocks; {@code HighWaterAsync}, which applications use, is one
 * package up. Everything is thread-safe unless stated otherwise.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint.remote;
