package io.highwater.endpoint.session;

import io.highwater.endpoint.EndpointObserver;
import io.highwater.endpoint.RoleRequiredException;
import io.highwater.endpoint.message.MessageTooLargeException;
import io.highwater.endpoint.metadata.PathParamException;
import io.highwater.log.LogLimit;
import io.highwater.outbound.SlowConsumerException;
import io.highwater.wire.CloseStatus;
import jakarta.websocket.DecodeException;
import java.nio.channels.ClosedChannelException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What went wrong in an endpoint's method or before the method was called. Immutable.
 *
 * @param cause what the endpoint threw, or what was wrong with the message
 * @param status what the session ends with if it can't continue
 * @param isFatal whether it can't continue even if the endpoint has an {@code @OnError} method
 */
record EndpointFailure(Throwable cause, CloseStatus status, boolean isFatal) {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointFailure.class);

    static EndpointFailure of(Throwable failure) {
        if (failure instanceof MessageTooLargeException large) {
            String reason = large.getMessage() == null ? "" : large.getMessage();
            return new EndpointFailure(failure, new CloseStatus(CloseStatus.TOO_BIG, reason), true);
        }
        if (failure instanceof PathParamException) {
            return new EndpointFailure(
                    failure, new CloseStatus(CloseStatus.POLICY, "the path can't be read"), true);
        }
        if (failure instanceof DecodeException) {
            return new EndpointFailure(
                    failure,
                    new CloseStatus(CloseStatus.UNSUPPORTED_DATA, "the message can't be decoded"),
                    false);
        }
        if (failure instanceof RoleRequiredException) {
            return new EndpointFailure(
                    failure, new CloseStatus(CloseStatus.POLICY, "a role is missing"), false);
        }
        return new EndpointFailure(
                failure, new CloseStatus(CloseStatus.INTERNAL_ERROR, "internal error"), false);
    }

    /** Call once per failure, whether it is logged or passed to the endpoint's {@code @OnError}. */
    void count(EndpointObserver observer, LogLimit logs) {
        logs.tell("endpoints", isPeers(cause) ? observer::onPeerFailed : observer::onMethodFailed);
    }

    /** For the operator: one line for what the peer caused, the stack for what the endpoint did. */
    void log(Class<?> endpoint, LogLimit logs, String peer) {
        if (isPeers(cause)) {
            logs.limit(LOG.atDebug(), "message_refused", peer)
                    .addKeyValue("endpoint", endpoint.getName())
                    .addKeyValue("cause", cause.toString())
                    .log("message_refused");
        } else {
            logs.limit(LOG.atError(), "endpoint_failed", peer)
                    .addKeyValue("endpoint", endpoint.getName())
                    .setCause(cause)
                    .log("endpoint_failed");
        }
    }

    /** Whether the failure was caused by the message or by the end of the connection. */
    private static boolean isPeers(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DecodeException
                    || cause instanceof MessageTooLargeException
                    || cause instanceof RoleRequiredException
                    || cause instanceof SessionClosedException
                    || cause instanceof SlowConsumerException
                    || cause instanceof ClosedChannelException) {
                return true;
            }
        }
        return false;
    }
}
