package io.highwater.archive.postgres;

import io.highwater.backbone.BackboneStartException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Says why the archive cannot start, and what to do. Stateless. */
final class StartErrors {
    private static final String HOW_TO = "docs/archive.md says how to make it";

    private StartErrors() {}

    /**
     * @param what follows the database's URL, and ends without a full stop
     */
    static BackboneStartException of(Address address, String what) {
        return new BackboneStartException(message(address, what));
    }

    private static String message(Address address, String what) {
        return PostgresSettings.URL_KEY + ": the database " + address + " " + what + ".";
    }

    /** The failure of any step. What the driver says is quoted; it never quotes the password. */
    static BackboneStartException of(Address address, Throwable failure) {
        SQLException cause = sqlCause(failure);
        String text = SqlFailure.text(cause == null ? failure : cause, address.password());
        return of(address, cause == null ? "cannot be used: " + text : why(address, cause, text));
    }

    private static String why(Address address, SQLException cause, String text) {
        if (SqlFailure.foundNoPrimary(cause)) {
            return "has no server that takes writes, or none of its servers can be reached: "
                    + "name the primary";
        } else if (SqlFailure.isFull(cause)) {
            return "lies on a disk that is full. Free some room, and start again";
        }
        String code = SqlFailure.code(cause);
        return switch (code) {
            case SqlFailure.WRONG_PASSWORD, SqlFailure.NOT_AUTHORIZED ->
                    "does not accept the user or the password of the URL: " + text;
            case "08004" ->
                    "does not accept the connection: "
                            + text
                            + ". Write ?user=USER&password=PASSWORD into the URL";
            case SqlFailure.NO_DATABASE -> "does not exist: " + text + "; " + HOW_TO;
            case SqlFailure.NO_RIGHT ->
                    "does not let this user do it: "
                            + text
                            + ". The user has to own the schema "
                            + address.schema()
                            + "; docs/archive.md lists the least rights";
            case SqlFailure.TOO_MANY_CONNECTIONS ->
                    "has no connection left: "
                            + text
                            + ". A node takes up to "
                            + Database.CONNECTIONS;
            case SqlFailure.READ_ONLY -> readOnly();
            default ->
                    code.startsWith("08")
                            ? "cannot be reached: " + reason(cause, text)
                            : "cannot be used: " + text + (code.isEmpty() ? "" : " (" + code + ")");
        };
    }

    static String readOnly() {
        return "is read-only: it is a standby, or default_transaction_read_only is on. Name the"
                + " primary";
    }

    /** The driver's own text says much of firewalls. */
    private static String reason(SQLException cause, String text) {
        for (Throwable next = cause; next != null; next = next.getCause()) {
            if (next instanceof UnknownHostException) {
                return "no address is known for the host " + next.getMessage();
            }
        }
        return text;
    }

    private static @Nullable SQLException sqlCause(Throwable failure) {
        for (Throwable next = failure; next != null; next = next.getCause()) {
            if (next instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }
}
