package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** What ships with the jar: the libraries that its manifest names. */
final class ShippedIT {
    private static List<String> libraries() throws IOException {
        try (JarFile jar = new JarFile("target/highwater.jar")) {
            String path =
                    jar.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            return List.of(path.split(" "));
        }
    }

    @Test
    void theBillOfMaterialsNamesExactlyWhatShips() throws IOException {
        try (JsonReader reader =
                Json.createReader(Files.newBufferedReader(Path.of("target/bom.json")))) {
            JsonObject bill = reader.readObject();
            assertThat(bill.getString("bomFormat")).isEqualTo("CycloneDX");
            assertThat(bill.getJsonArray("components").getValuesAs(JsonObject.class))
                    .extracting(
                            c ->
                                    "lib/"
                                            + c.getString("name")
                                            + "-"
                                            + c.getString("version")
                                            + ".jar")
                    .containsExactlyInAnyOrderElementsOf(libraries());
        }
    }

    @Test
    void noAnnotationProcessorShips() throws IOException {
        assertThat(libraries())
                .isNotEmpty()
                .noneMatch(name -> name.contains("jboss-logging-processor"))
                .noneMatch(name -> name.contains("jdeparser"));
    }
}
