package io.highwater;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.wire.CloseStatus;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds the server and docs/close-codes.md against spec/close-codes.json. The page is held against
 * it in page-connection.mjs.
 */
final class CloseCodesTest {
    private static final Set<String> SENDERS = Set.of("server", "either", "nobody", "nobody yet");
    private static final Set<String> ANSWERS =
            Set.of("yes", "no", "with back-off", "after a new token");

    private final JsonObject spec = spec();
    private final List<JsonObject> codes = spec.getJsonArray("codes").getValuesAs(JsonObject.class);
    private final List<JsonObject> others =
            spec.getJsonArray("others").getValuesAs(JsonObject.class);

    private static JsonObject spec() {
        try (JsonReader reader =
                Json.createReader(Files.newBufferedReader(Path.of("spec/close-codes.json")))) {
            return reader.readObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theServerKnowsTheSameCodesByTheSameNames() throws IllegalAccessException {
        Map<String, Integer> known = new TreeMap<>();
        for (Field field : CloseStatus.class.getFields()) {
            if (field.getType() == int.class) {
                known.put(field.getName(), field.getInt(null));
            }
        }
        Map<String, Integer> specified = new TreeMap<>();
        codes.forEach(code -> specified.put(code.getString("name"), code.getInt("code")));
        assertThat(known).isEqualTo(specified);
    }

    @Test
    void whatIsSentOrSeenIsCountedByItsCode() {
        assertThat(CloseStatus.codeLabels())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(
                                        codes.stream()
                                                .filter(code -> !sentBy(code).equals("nobody yet"))
                                                .map(code -> String.valueOf(code.getInt("code"))),
                                        Stream.of("other"))
                                .toList());
    }

    @Test
    void onlyWhatMayTravelIsSentBySomebody() {
        assertThat(codes)
                .allMatch(
                        code ->
                                CloseStatus.isTransmittable(code.getInt("code"))
                                        != sentBy(code).equals("nobody"));
    }

    @Test
    void itsWordsAreThoseThatThePageExplains() {
        assertThat(codes).isSortedAccordingTo((a, b) -> a.getInt("code") - b.getInt("code"));
        assertThat(codes).extracting(CloseCodesTest::sentBy).isSubsetOf(SENDERS);
        assertThat(Stream.concat(codes.stream(), others.stream()))
                .extracting(code -> code.getString("reconnect"))
                .isSubsetOf(ANSWERS);
    }

    @Test
    void theTableOfThePageIsTheSpec() throws IOException {
        List<String> rows = new ArrayList<>();
        for (JsonObject code : codes) {
            rows.add(
                    String.format(
                            "| %d | `%s` | %s | %s | %s |",
                            code.getInt("code"),
                            code.getString("name"),
                            sentBy(code),
                            meaning(code),
                            code.getString("reconnect")));
        }
        for (JsonObject range : others) {
            rows.add(
                    String.format(
                            "| %d to %d | | | %s | %s |",
                            range.getInt("from"),
                            range.getInt("to"),
                            meaning(range),
                            range.getString("reconnect")));
        }
        assertThat(
                        Files.readAllLines(Path.of("docs/close-codes.md")).stream()
                                .filter(line -> line.matches("\\| \\d.*")))
                .containsExactlyElementsOf(rows);
    }

    private static String sentBy(JsonObject code) {
        return code.getString("sentBy");
    }

    /** JSON in it is code. */
    private static String meaning(JsonObject code) {
        return code.getString("meaning").replaceAll("(\\{[^}]*})", "`$1`");
    }
}
