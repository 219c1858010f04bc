package io.highwater.archive.postgres;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What the failure of a statement or a connection means. Stateless. */
final class SqlFailure {
    static final String WRONG_PASSWORD = "28P01";
    static final String NOT_AUTHORIZED = "28000";
    static final String NO_DATABASE = "3D000";
    static final String NO_RIGHT = "42501";
    static final String FULL = "53100";
    static final String TOO_MANY_CONNECTIONS = "53300";
    static final String READ_ONLY = "25006";
    private static final String NO_PARTITION = "23514";

    private static final int MOST_CHARS = 300;

    private SqlFailure() {}

    /** The code of the server or the driver; empty if there is none. */
    static String code(Throwable failure) {
        return failure instanceof SQLException sql && sql.getSQLState() != null
                ? sql.getSQLState()
                : "";
    }

    /** The same statement may succeed over another connection, now or later. */
    static boolean isOfConnection(SQLException failure) {
        String code = code(failure);
        return failure instanceof SQLTransientConnectionException
                || code.startsWith("08")
                || code.startsWith("28")
                || code.startsWith("57P")
                || code.equals(TOO_MANY_CONNECTIONS)
                || code.equals(READ_ONLY);
    }

    static boolean isFull(Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        return code(failure).equals(FULL) || text.contains("No space left on device");
    }

    /** An entry is of a day that has no partition. */
    static boolean isOfPartition(SQLException failure) {
        return code(failure).equals(NO_PARTITION);
    }

    /**
     * What went wrong, in one line: it quotes no statement and no row.
     *
     * @param password must not be in it
     */
    static String text(Throwable failure, @Nullable String password) {
        Throwable cause = innermost(failure);
        if (cause instanceof SQLTransientConnectionException) {
            return "no connection could be made in time";
        }
        ServerErrorMessage answer =
                cause instanceof PSQLException sql ? sql.getServerErrorMessage() : null;
        String message = answer == null ? cause.getMessage() : answer.getMessage();
        if (message == null || message.isBlank()) {
            return cause.getClass().getSimpleName();
        }
        String line = message.lines().findFirst().orElse("").strip();
        if (password != null && password.length() > 3) {
            line = line.replace(password, "***");
        }
        return line.length() > MOST_CHARS ? line.substring(0, MOST_CHARS) : line;
    }

    /** The pool wraps the driver's failure, which wraps the system's. */
    private static Throwable innermost(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            Throwable next = cause.getCause();
            if (cause instanceof PSQLException sql && sql.getServerErrorMessage() != null) {
                return cause;
            }
            cause = next;
        }
        return cause;
    }

    /** Whether the driver looked for a server that takes writes, and found none. */
    static boolean foundNoPrimary(Throwable failure) {
        return String.valueOf(failure.getMessage())
                .toLowerCase(Locale.ROOT)
                .contains("targetservertype");
    }
}
