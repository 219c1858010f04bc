package io.highwater.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A writer of JSON: UTF-8 in an array that grows. It escapes strings, and otherwise writes what it
 * is given without checks. Confined to its caller.
 */
public final class JsonText {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private static final int SMALL_BYTES = 128;

    private byte[] bytes;
    private int size;

    public JsonText(int expectedBytes) {
        bytes = new byte[expectedBytes];
    }

    /** Starts a message with its type and, if not null, its id. */
    static JsonText open(String type, @Nullable Integer id) {
        JsonText text = new JsonText(SMALL_BYTES).raw("{\"type\":\"").raw(type).raw("\"");
        return id == null ? text : text.raw(",\"id\":").number(id);
    }

    /** Appends ASCII that is already JSON. */
    public JsonText raw(String ascii) {
        makeRoom(ascii.length());
        for (int i = 0; i < ascii.length(); i++) {
            bytes[size++] = (byte) ascii.charAt(i);
        }
        return this;
    }

    /** Appends UTF-8 that is already JSON. */
    public JsonText raw(byte[] json) {
        makeRoom(json.length);
        System.arraycopy(json, 0, bytes, size, json.length);
        size += json.length;
        return this;
    }

    JsonText raw(JsonText json) {
        makeRoom(json.size);
        System.arraycopy(json.bytes, 0, bytes, size, json.size);
        size += json.size;
        return this;
    }

    public JsonText number(long value) {
        return raw(Long.toString(value));
    }

    /** Appends a string in quotes; half a surrogate pair becomes "?". */
    public JsonText string(String value) {
        return isPlain(value) ? raw("\"").raw(value).raw("\"") : escaped(value);
    }

    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    private JsonText escaped(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        makeRoom(6 * utf8.length + 2);
        bytes[size++] = '"';
        for (byte b : utf8) {
            if (b == '"' || b == '\\') {
                bytes[size++] = '\\';
                bytes[size++] = b;
            } else if (b >= 0 && b < ' ') {
                raw("\\u00");
                bytes[size++] = HEX[b >> 4];
                bytes[size++] = HEX[b & 0xF];
            } else {
                bytes[size++] = b;
            }
        }
        bytes[size++] = '"';
        return this;
    }

    /** Appends an object that maps origins to positions. */
    JsonText cursor(Cursor cursor) {
        String before = "{";
        for (Position position : cursor.positions()) {
            raw(before).string(position.origin()).raw(":\"").raw(position.text()).raw("\"");
            before = ",";
        }
        return raw("}");
    }

    public int size() {
        return size;
    }

    /** Returns what was written; this object must not be used afterwards. */
    public ByteBuffer take() {
        return ByteBuffer.wrap(bytes, 0, size);
    }

    private void makeRoom(int length) {
        if (size + length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + length, 2 * bytes.length));
        }
    }
}
