package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the build puts beside the jar. */
final class ShippedIT {
    private static List<String> libraries(String folder) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .toList();
        }
    }

    @Test
    void theBillOfMaterialsNamesExactlyWhatShips() throws IOException {
        try (JsonReader reader =
                Json.createReader(Files.newBufferedReader(Path.of("target/bom.json")))) {
            JsonObject bill = reader.readObject();
            assertThat(bill.getString("bomFormat")).isEqualTo("CycloneDX");
            assertThat(bill.getJsonArray("components").getValuesAs(JsonObject.class))
                    .extracting(c -> c.getString("name") + "-" + c.getString("version") + ".jar")
                    .containsExactlyInAnyOrderElementsOf(libraries("target/lib"));
        }
    }

    @Test
    void noAnnotationProcessorShips() throws IOException {
        for (String folder : List.of("target/lib", "target/jetty-base/lib/highwater")) {
            assertThat(libraries(folder))
                    .isNotEmpty()
                    .noneMatch(name -> name.startsWith("jboss-logging-processor"))
                    .noneMatch(name -> name.startsWith("jdeparser"));
        }
    }
}
