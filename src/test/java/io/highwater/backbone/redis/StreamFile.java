package io.highwater.backbone.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what Redis once answered to XRANGE, as it came over the wire (RESP2). Stateless. */
final class StreamFile {
    private StreamFile() {}

    static List<StreamItem> read(String resource) throws IOException {
        try (InputStream in = StreamFile.class.getResourceAsStream(resource)) {
            List<StreamItem> items = new ArrayList<>();
            for (Object entry : (List<?>) value(new ByteArrayInputStream(in.readAllBytes()))) {
                List<?> parts = (List<?>) entry;
                items.add(StreamFormat.read(text(parts.get(0)), fields((List<?>) parts.get(1))));
            }
            return items;
        }
    }

    private static Map<String, byte[]> fields(List<?> flat) {
        Map<String, byte[]> fields = new HashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            fields.put(text(flat.get(i)), (byte[]) flat.get(i + 1));
        }
        return fields;
    }

    private static String text(Object bytes) {
        return new String((byte[]) bytes, UTF_8);
    }

    private static Object value(InputStream in) throws IOException {
        int kind = in.read();
        int size = Integer.parseInt(line(in));
        if (kind == '*') {
            List<Object> list = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                list.add(value(in));
            }
            return list;
        }
        byte[] bytes = in.readNBytes(size);
        line(in);
        return bytes;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\r'; next = in.read()) {
            line.append((char) next);
        }
        in.read();
        return line.toString();
    }
}
