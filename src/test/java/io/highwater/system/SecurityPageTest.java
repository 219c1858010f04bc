package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.ForeignPrograms;
import io.highwater.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** "Try it" of docs/security.md, run as written, but on a free port and with a node in this JVM. */
@Timeout(180)
final class SecurityPageTest {
    private static final Pattern SECTION = Pattern.compile("## Try it\n(.*?)\n## ", Pattern.DOTALL);
    private static final Pattern COMMAND = Pattern.compile("(?m)^ {4}(\\S.*)$");
    private static final Pattern SETTING = Pattern.compile("--set (\\S+?)=(\\S+)");

    @TempDir private Path folder;

    @Test
    void commandsDoWhatThePageSays() throws Exception {
        ForeignPrograms.curl();
        ForeignPrograms.openssl();
        List<String> commands = commands();
        int run =
                commands.indexOf(
                        commands.stream()
                                .filter(c -> c.startsWith("./highwater run"))
                                .findFirst()
                                .get());
        bash(commands.subList(0, run));
        Map<String, String> settings = new HashMap<>();
        SETTING.matcher(commands.get(run))
                .results()
                .forEach(set -> settings.put(set.group(1), set.group(2)));
        assertThat(settings).containsKeys("highwater.auth.secret-file", "highwater.auth.required");
        settings.computeIfPresent(
                "highwater.auth.secret-file", (key, file) -> folder.resolve(file).toString());
        try (TestServer server = TestServer.start(settings)) {
            String answers =
                    bash(
                            commands.subList(run + 1, commands.size()).stream()
                                    .map(c -> c.replace(":8080", ":" + server.http().getPort()))
                                    .toList());
            assertThat(answers.lines().filter(line -> line.startsWith("HTTP/1.1 ")))
                    .extracting(line -> line.substring(9, 12))
                    .containsExactly("401", "101");
            assertThat(answers).contains("WWW-Authenticate: Bearer realm=\"highwater\"");
        }
    }

    private static List<String> commands() throws IOException {
        List<MatchResult> found =
                SECTION.matcher(Files.readString(Path.of("docs/security.md"))).results().toList();
        assertThat(found).hasSize(1);
        return COMMAND.matcher(found.get(0).group(1)).results().map(m -> m.group(1)).toList();
    }

    private String bash(List<String> commands) throws Exception {
        Path out = folder.resolve("out");
        Process bash =
                new ProcessBuilder("bash", "-c", String.join("\n", commands))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        assertThat(bash.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return Files.readString(out);
    }
}
