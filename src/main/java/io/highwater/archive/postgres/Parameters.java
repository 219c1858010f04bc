package io.highwater.archive.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The parameters of a statement, from the first to the last. Confined to its thread. */
final class Parameters {
    private final Connection connection;
    private final PreparedStatement statement;

    private int count;

    Parameters(Connection connection, PreparedStatement statement) {
        this.connection = connection;
        this.statement = statement;
    }

    void add(double value) throws SQLException {
        statement.setDouble(++count, value);
    }

    void add(long value) throws SQLException {
        statement.setLong(++count, value);
    }

    void add(int value) throws SQLException {
        statement.setInt(++count, value);
    }

    void add(String value) throws SQLException {
        statement.setString(++count, value);
    }

    /** An array with one element of each item, as are the others. */
    <T> void addInts(List<T> items, ToIntFunction<T> of) throws SQLException {
        addArray("int4", items.stream().mapToInt(of).toArray());
    }

    <T> void addLongs(List<T> items, ToLongFunction<T> of) throws SQLException {
        addArray("int8", items.stream().mapToLong(of).toArray());
    }

    <T> void addLongsOrNull(List<T> items, Function<T, @Nullable Long> of) throws SQLException {
        addArray("int8", items.stream().map(of).toArray(Long[]::new));
    }

    <T> void addTexts(List<T> items, Function<T, @Nullable String> of) throws SQLException {
        addArray("text", items.stream().map(of).toArray(String[]::new));
    }

    <T> void addBytes(List<T> items, Function<T, byte[]> of) throws SQLException {
        addArray("bytea", items.stream().map(of).toArray(byte[][]::new));
    }

    /** The driver encodes arrays of primitive numbers itself, and in binary form. */
    private void addArray(String type, Object elements) throws SQLException {
        org.postgresql.PGConnection driver = connection.unwrap(org.postgresql.PGConnection.class);
        statement.setArray(++count, driver.createArrayOf(type, elements));
    }
}
