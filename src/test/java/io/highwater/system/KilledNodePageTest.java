package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.FreePort;
import io.highwater.testing.NodeScript;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The page's chat in a real browser, on a node with an archive that is killed. */
@Timeout(600)
final class KilledNodePageTest {
    private static final int KILLS = 2;

    @TempDir(cleanup = CleanupMode.NEVER)
    private Path folder;

    private NodeProcess start(int port) throws Exception {
        return NodeProcess.start(
                folder,
                Map.of(
                        "highwater.port",
                        String.valueOf(port),
                        "highwater.archive.url",
                        "file:" + folder.resolve("archive")));
    }

    @Test
    void aChatSurvivesItsNode() throws Exception {
        NodeProcess node = start(FreePort.findForRestarts());
        URI address = URI.create("http://127.0.0.1:" + node.port());
        try (NodeScript script = NodeScript.startInChromium("browser-killed", address)) {
            for (int i = 0; i < KILLS; i++) {
                script.awaitLine("kill");
                node.signal("KILL");
                node.awaitExit();
                node = start(address.getPort());
                script.tell("back");
            }
            assertThat(script.result().getInt("messages")).isEqualTo(3 * KILLS);
        } finally {
            node.close();
        }
    }
}
