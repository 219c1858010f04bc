package io.highwater.deployment;

import jakarta.json.Json;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The instructions of k8s/Containerfile, each on one line. Immutable.
 *
 * @param instructions without comments
 */
record Containerfile(List<String> instructions) {
    static Containerfile read() throws IOException {
        String text = Files.readString(Path.of("k8s/Containerfile"));
        return new Containerfile(
                text.lines()
                        .filter(line -> !line.startsWith("#"))
                        .reduce("", (all, line) -> all + line + "\n")
                        .replace("\\\n", "")
                        .lines()
                        .filter(line -> !line.isBlank())
                        .toList());
    }

    /** What follows this word, in order. */
    List<String> all(String instruction) {
        return instructions.stream()
                .filter(line -> line.startsWith(instruction + " "))
                .map(line -> line.substring(instruction.length()).strip())
                .toList();
    }

    /** The last stage's, which is what runs. */
    String last(String instruction) {
        List<String> all = all(instruction);
        return all.get(all.size() - 1);
    }

    /** An instruction in exec form; in shell form, which would be no JSON, it fails. */
    List<String> words(String instruction) {
        try (JsonReader json = Json.createReader(new StringReader(last(instruction)))) {
            return json.readArray().getValuesAs(JsonString::getString);
        }
    }
}
