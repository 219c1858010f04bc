package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A node that has used up its file descriptors. */
@Timeout(120)
class DescriptorsTest {
    private static final int LIMIT = 400;

    @TempDir(cleanup = CleanupMode.NEVER)
    private Path folder;

    @Test
    void sessionsLiveOnAndNewOnesWaitUntilThereAreSome() throws Exception {
        List<String> command = new ArrayList<>();
        command.addAll(List.of("/bin/sh", "-c", "ulimit -n " + LIMIT + "; exec \"$@\"", "sh"));
        command.addAll(NodeProcess.java("-Xmx128m", List.of()));
        command.addAll(List.of("run", "--port", "0", "--set", "highwater.admin.port=0"));
        // By default it would refuse them before it has no descriptors left.
        for (String lifted :
                List.of(
                        "highwater.limits.tcp-connections=0",
                        "highwater.limits.tcp-connections-per-ip=0",
                        "highwater.limits.connections-burst=10000",
                        "highwater.limits.address-share=1",
                        "highwater.limits.heap-share=1")) {
            command.addAll(List.of("--set", lifted));
        }
        List<Socket> silent = new ArrayList<>();
        try (NodeProcess node = NodeProcess.launch(folder, command, Map.of())) {
            assertThat(node.isReady()).as(node.stderr()).isTrue();
            try (Peer before = Peer.connect(node.port(), "/v1/echo")) {
                // The kernel takes these, whether the node does or not.
                for (int i = 0; i < LIMIT; i++) {
                    silent.add(new Socket(InetAddress.getLoopbackAddress(), node.port()));
                }
                await().until(() -> node.log("accept_failed").size() >= 2);

                assertEchoes(before);
                // Once a second, and not as fast as it can.
                assertThat(node.log("accept_failed")).hasSizeLessThan(20);
            }
            for (Socket socket : silent) {
                socket.close();
            }
            try (Peer after = Peer.connect(node.port(), "/v1/echo")) {
                assertEchoes(after);
            }
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    private static void assertEchoes(Peer peer) throws IOException {
        peer.sendText("still here");
        assertThat(peer.readMessage().text()).isEqualTo("still here");
    }
}
