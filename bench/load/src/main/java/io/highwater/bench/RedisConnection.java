package io.highwater.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Asks a Redis about itself, over RESP2: as much of it as INFO needs. Confined to one thread.
 *
 * <p>The benchmark has no Redis client, since what it measures is the server's.
 */
final class RedisConnection implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;

    RedisConnection(String host, int port) throws IOException {
        socket = new Socket(host, port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** The answer to a command, as text; an error of Redis is thrown. */
    String ask(String... words) throws IOException {
        StringBuilder command = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            int bytes = word.getBytes(StandardCharsets.UTF_8).length;
            command.append('$').append(bytes).append("\r\n").append(word).append("\r\n");
        }
        socket.getOutputStream().write(command.toString().getBytes(StandardCharsets.UTF_8));
        return reply(in);
    }

    /** The fields of a section of INFO. */
    Map<String, String> info(String section) throws IOException {
        return fields(ask("INFO", section));
    }

    static Map<String, String> fields(String info) {
        Map<String, String> fields = new LinkedHashMap<>();
        info.lines()
                .filter(line -> !line.startsWith("#") && line.contains(":"))
                .forEach(
                        line -> {
                            int colon = line.indexOf(':');
                            fields.put(line.substring(0, colon), line.substring(colon + 1));
                        });
        return fields;
    }

    /** A simple string, an error, an integer or a bulk string. */
    static String reply(InputStream in) throws IOException {
        String head = line(in);
        String rest = head.substring(1);
        return switch (head.charAt(0)) {
            case '+', ':' -> rest;
            case '-' -> throw new IOException("Redis says: " + rest);
            case '$' -> bulk(in, Integer.parseInt(rest));
            default -> throw new IOException("not an answer of Redis: " + head);
        };
    }

    private static String bulk(InputStream in, int bytes) throws IOException {
        byte[] data = in.readNBytes(bytes);
        if (data.length < bytes || in.read() != '\r' || in.read() != '\n') {
            throw new EOFException("Redis ended the connection");
        }
        return new String(data, StandardCharsets.UTF_8);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("Redis ended the connection");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        if (line.isEmpty()) {
            throw new IOException("not an answer of Redis: an empty line");
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
