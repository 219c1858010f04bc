package io.highwater.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParserFactory;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.NoSuchElementException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Text that is almost JSON: the scanner and JSON-P agree on what is JSON, but for the scanner's own
 * limits, and nothing but its own exception comes out of it. CONTRIBUTING.md says how to run it for
 * long.
 */
final class JsonScannerFuzzTest {
    private static final Codec CODEC = new Codec();

    /** It would guess the encoding where it is not told. */
    private static final JsonParserFactory PARSERS = Json.createParserFactory(Map.of());

    @Property
    void agreesWithJsonP(@ForAll("almostJson") String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        String problem = problem(utf8);
        if (problem == null) {
            assertThat(isJson(utf8)).as(text).isTrue();
        } else if (problem.startsWith("not JSON")) {
            assertThat(isJson(utf8)).as("%s: %s", text, problem).isFalse();
        }
    }

    /** What a client sends ends in a command or in an error that names its place. */
    @Property
    void whateverComesIsDecodedOrRefused(@ForAll("almostJson") String text) {
        assertThat(CODEC.decode(text.getBytes(StandardCharsets.UTF_8))).isNotNull();
    }

    /** Why it is none for the scanner; null where it is. */
    private static String problem(byte[] utf8) {
        JsonScanner scanner = new JsonScanner(utf8);
        try {
            scanner.value();
            scanner.end();
            assertThat(scanner.at()).isEqualTo(utf8.length);
            return null;
        } catch (MalformedJson e) {
            assertThat(scanner.at()).isBetween(0, utf8.length);
            return e.getMessage();
        }
    }

    private static boolean isJson(byte[] utf8) {
        try (JsonParser parser =
                PARSERS.createParser(new ByteArrayInputStream(utf8), StandardCharsets.UTF_8)) {
            if (!parser.hasNext()) {
                return false;
            }
            while (parser.hasNext()) {
                parser.next();
            }
            return true;
        } catch (JsonException | NoSuchElementException e) {
            return false;
        }
    }

    @Provide
    Arbitrary<String> almostJson() {
        Arbitrary<String> name =
                Arbitraries.of(
                        "\"type\"", "\"id\"", "\"channel\"", "\"data\"", "\"since\"", "\"x\"");
        Arbitrary<String> value =
                Arbitraries.oneOf(
                        Arbitraries.of(
                                "0",
                                "-1",
                                "1.5e-9",
                                "01",
                                "1.",
                                "-",
                                "1e",
                                "true",
                                "fals",
                                "null",
                                "\"\"",
                                "\"publish\"",
                                "\"hello\"",
                                "\"\\u00e9\\n\"",
                                "\"\\ud83d\\ude00\"",
                                "\"\\ud83d\"",
                                "\"\\x\"",
                                "\"a",
                                "9".repeat(101)),
                        Arbitraries.strings().ofMaxLength(6).map(s -> '"' + s + '"'));
        Arbitrary<String> mark =
                Arbitraries.of("{", "}", "[", "]", ",", ":", " ", "\n", "\"", "\\", "\t\r");
        Arbitrary<String> tree =
                Arbitraries.lazyOf(() -> value, () -> value, this::list, this::map);
        Arbitrary<String> tokens =
                Arbitraries.oneOf(name, value, mark)
                        .list()
                        .ofMaxSize(12)
                        .map(s -> String.join("", s));
        return Arbitraries.frequencyOf(
                Tuple.of(6, tree),
                Tuple.of(4, tokens),
                Tuple.of(1, Arbitraries.strings().ofMaxLength(12)),
                Tuple.of(
                        1,
                        Arbitraries.integers()
                                .between(60, 70)
                                .map(depth -> "[".repeat(depth) + "]".repeat(depth))));
    }

    private Arbitrary<String> list() {
        return almostJson().list().ofMaxSize(3).map(all -> "[" + String.join(",", all) + "]");
    }

    private Arbitrary<String> map() {
        return almostJson()
                .list()
                .ofMaxSize(3)
                .map(all -> "{\"type\":" + String.join(",\"data\":", all) + "}");
    }
}
