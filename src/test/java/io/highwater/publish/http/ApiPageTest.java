package io.highwater.publish.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.Highwater;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of docs/api.md as they are written, and compares their answers. */
@Timeout(120)
final class ApiPageTest {
    private static final String ADDRESS = "http://127.0.0.1:8085";
    private static final Pattern BLOCK =
            Pattern.compile("^```(sh|json)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

    @TempDir Path folder;

    private record Block(String kind, String text) {}

    private static List<Block> blocks() throws IOException {
        String page = Files.readString(Path.of("docs/api.md"));
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(page.substring(page.indexOf("## Over HTTP")));
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return blocks;
    }

    private String run(String script) throws Exception {
        Process bash =
                new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(bash.exitValue()).as(script + output).isZero();
        return output;
    }

    /** Positions begin with the time at which the node started. */
    private static String withoutGeneration(String json) {
        return json.strip()
                .replaceAll("\"position\":\"[0-9]+-", "\"position\":\"G-")
                .replaceAll("G-[0-9]+-", "G-S-");
    }

    @Test
    void theCommandsAnswerAsThePageSays() throws Exception {
        List<Block> blocks = blocks();
        assertThat(blocks.get(1).text()).startsWith("./highwater run");
        run(blocks.get(0).text());
        try (Highwater node =
                Highwater.builder()
                        .port(0)
                        .adminPort(0)
                        .drainWindow(Duration.ZERO)
                        .set("highwater.api.port", 0)
                        .set("highwater.api.keys-file", folder.resolve("api.keys"))
                        .start()) {
            String address = "http://127.0.0.1:" + node.apiPort().getAsInt();
            int compared = 0;
            for (int i = 2; i < blocks.size(); i++) {
                if (blocks.get(i).kind().equals("sh")) {
                    String answer = run(blocks.get(i).text().replace(ADDRESS, address));
                    if (i + 1 < blocks.size() && blocks.get(i + 1).kind().equals("json")) {
                        assertThat(withoutGeneration(answer))
                                .isEqualTo(withoutGeneration(blocks.get(i + 1).text()));
                        compared++;
                    }
                }
            }
            assertThat(compared).isEqualTo(7);
        }
        assertThat(Files.readString(folder.resolve("openapi.json"))).contains("\"3.1.0\"");
    }
}
