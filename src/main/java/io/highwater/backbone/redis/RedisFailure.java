package io.highwater.backbone.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** Says in words why Redis did not do what it was asked. Stateless. */
final class RedisFailure {
    private static final int MOST_CHARS = 200;

    private static final Pattern READ_ONLY =
            Pattern.compile("^READONLY |^ERR Error running script.*: -READONLY ", Pattern.DOTALL);

    private RedisFailure() {}

    /** One line for an operator. It never contains what was sent, so no password either. */
    static String describe(Throwable failure) {
        Throwable cause = innermost(failure);
        if (cause instanceof TimeoutException) {
            return "no answer in time";
        }
        if (cause instanceof CancellationException) {
            return "the connection was lost";
        }
        String message = cause.getMessage();
        String text = message == null ? cause.getClass().getSimpleName() : message;
        text = text.replaceAll("[\\r\\n\\t]+", " ").strip();
        return text.length() > MOST_CHARS ? text.substring(0, MOST_CHARS) : text;
    }

    /** Whether Redis is a replica, so that it takes no writes. */
    static boolean isOfReplica(Throwable failure) {
        // Redis 6.2 puts the error of a command into the text of the script's.
        return READ_ONLY.matcher(answer(failure)).find();
    }

    /** The cause that tells most: the client wraps the system's errors. */
    private static Throwable innermost(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null
                && (cause instanceof CompletionException
                        || cause instanceof RedisConnectionException
                        || cause instanceof RedisCommandExecutionException)) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** What Redis answered, or an empty text if it did not answer. */
    static String answer(Throwable failure) {
        Throwable cause = failure;
        while (cause != null) {
            if (cause instanceof RedisCommandExecutionException && cause.getMessage() != null) {
                return cause.getMessage();
            }
            cause = cause.getCause();
        }
        return "";
    }
}
