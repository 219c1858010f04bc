package io.highwater.archive.postgres;

import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Where the database is, read from a URL. Immutable.
 *
 * @param url as the operator wrote it; may contain a password
 * @param shown the URL without its parameters, for an operator
 * @param schema where the tables are
 * @param password null if the URL has none
 */
record Address(String url, String shown, String schema, @Nullable String password) {
    private static final String DEFAULT_SCHEMA = "highwater";

    /**
     * The driver logs what it also throws, and URLs with their passwords. Kept here, since a logger
     * that nobody holds is forgotten with its level.
     */
    private static final Logger DRIVER_LOG = Logger.getLogger("org.postgresql");

    static {
        DRIVER_LOG.setLevel(Level.OFF);
    }

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException it cannot be used; the message contains no password
     */
    static Address parse(String url) {
        int query = url.indexOf('?');
        String shown = query < 0 ? url : url.substring(0, query);
        if (query >= 0) {
            checkNames(shown, url.substring(query + 1));
        }
        Properties read = Driver.parseURL(url, null);
        if (read == null) {
            throw new IllegalArgumentException(
                    shown
                            + " cannot be read; write"
                            + " jdbc:postgresql://HOST:PORT/DATABASE?user=USER&password=PASSWORD,"
                            + " and other characters of a password as %XX");
        }
        if (shown.endsWith("/")) {
            throw new IllegalArgumentException(
                    shown + " names no database; write jdbc:postgresql://HOST:PORT/DATABASE");
        }
        String schema = PGProperty.CURRENT_SCHEMA.getOrDefault(read);
        if (schema != null && !schema.matches("[A-Za-z_][A-Za-z0-9_]{0,62}")) {
            throw new IllegalArgumentException(
                    shown
                            + " has a currentSchema that is not one name of up to 63 of A-Z a-z 0-9"
                            + " _: "
                            + schema);
        }
        return new Address(
                url,
                shown,
                schema == null ? DEFAULT_SCHEMA : schema,
                PGProperty.PASSWORD.getOrDefault(read));
    }

    /** The driver would pass over a parameter with a typing mistake. */
    private static void checkNames(String shown, String query) {
        for (String parameter : query.split("&", -1)) {
            String name = parameter.split("=", 2)[0];
            if (PGProperty.forName(name) == null) {
                throw new IllegalArgumentException(
                        shown
                                + " has a parameter that PostgreSQL's driver does not know: \""
                                + name
                                + "\"; write & in a password as %26");
            }
        }
    }

    /**
     * Makes connections. What the operator wrote into the URL has precedence.
     *
     * @param role for those who look at the server's list of connections
     * @param socketSeconds how long a server that does not answer is waited for
     */
    PGSimpleDataSource dataSource(String node, String role, int socketSeconds) {
        Properties preset = new Properties();
        PGProperty.APPLICATION_NAME.set(preset, "highwater " + node + " " + role);
        PGProperty.CURRENT_SCHEMA.set(preset, schema);
        PGProperty.CONNECT_TIMEOUT.set(preset, 3);
        PGProperty.LOGIN_TIMEOUT.set(preset, 5);
        PGProperty.SOCKET_TIMEOUT.set(preset, socketSeconds);
        PGProperty.TCP_KEEP_ALIVE.set(preset, true);
        // It may quote a message.
        PGProperty.LOG_SERVER_ERROR_DETAIL.set(preset, false);
        if (shown.contains(",")) {
            PGProperty.TARGET_SERVER_TYPE.set(preset, "primary");
        }
        Properties written = Driver.parseURL(url, null);
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setURL(url);
        for (String name : preset.stringPropertyNames()) {
            PGProperty property = PGProperty.forName(name);
            if (property != null && (written == null || !property.isPresent(written))) {
                source.setProperty(property, preset.getProperty(name));
            }
        }
        return source;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return shown;
    }
}
