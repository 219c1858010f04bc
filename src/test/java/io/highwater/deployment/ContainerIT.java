package io.highwater.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.highwater.testing.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image's start command with the Deployment's arguments and variables, as written, on the
 * runtime that the Containerfile links, outside a container: as the image's user, without
 * privileges, in a working directory that holds what the image's does and can't be written.
 */
@Timeout(300)
final class ContainerIT {
    private static final String TOKEN = "a-token-of-the-test";

    @TempDir private static Path folder;

    private static ContainerImage image;
    private static Path workDirectory;

    private final Rollout rollout = base();
    private int port;
    private int adminPort;
    private Path output;
    private Process process;

    private static Rollout base() {
        try {
            return Rollout.base();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeAll
    static void build() throws Exception {
        Files.setPosixFilePermissions(folder, ContainerImage.READABLE);
        image = ContainerImage.build(folder);
        workDirectory = image.workDirectory(base().settings());
    }

    @AfterAll
    static void makeRemovable() throws IOException {
        if (image != null) {
            image.makeWritable();
        }
    }

    @AfterEach
    void kill() throws InterruptedException {
        if (process != null) {
            // The JVM too, where the shell did not exec it.
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void startsDrainsAtSigtermAndLeavesNoFile() throws Exception {
        List<String> before = files(workDirectory);
        start(Map.of());
        PodClient pod = new PodClient(PodClient.outerAddress(), adminPort);

        Container container = rollout.container();
        for (String path :
                List.of(
                        container.getStartupProbe().getHttpGet().getPath(),
                        container.getLivenessProbe().getHttpGet().getPath(),
                        container.getReadinessProbe().getHttpGet().getPath())) {
            assertThat(pod.get(path).statusCode()).isEqualTo(200);
        }
        assertThat(pod.get("/metrics").body())
                .contains("\nhighwater_connections{", "\nhighwater_queued_bytes ");
        assertThat(pod.drain("").statusCode()).isEqualTo(401);
        assertThat(pod.get("/health/ready").statusCode()).isEqualTo(200);

        try (PodClient.OpenSession session = pod.open(port)) {
            new ProcessBuilder("kill", "-TERM", "" + process.pid()).start().waitFor();

            assertThat(session.closeCode()).isEqualTo(1012);
        }
        assertThat(
                        process.waitFor(
                                rollout.pod().getTerminationGracePeriodSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(process.exitValue()).as(log()).isZero();
        assertThat(files(workDirectory)).isEqualTo(before);
        assertThat(log()).doesNotContain("WARNING", "\"level\":\"WARN\"", "\"level\":\"ERROR\"");
    }

    @Test
    void theTokenDrainsFromOutsideThePod() throws Exception {
        start(Map.of());
        PodClient pod = new PodClient(PodClient.outerAddress(), adminPort);

        assertThat(pod.drain("wrong").statusCode()).isEqualTo(401);
        assertThat(pod.drain(TOKEN).statusCode()).isEqualTo(202);

        await().until(() -> pod.get("/health/ready").statusCode() == 503);
        assertThat(pod.get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void javaOptsWinAndAreSplit() throws Exception {
        start(Map.of("JAVA_OPTS", "-XX:MaxRAMPercentage=25 -XX:+PrintFlagsFinal"));

        assertThat(log()).containsPattern("MaxRAMPercentage += 25\\.0").contains("Highwater ready");
    }

    @Test
    void theWorkingDirectoryIsReadOnly() throws Exception {
        Process touch =
                image.asUser(workDirectory, Map.of(), List.of("/bin/sh", "-c", "touch new"))
                        .redirectErrorStream(true)
                        .start();

        assertThat(new String(touch.getInputStream().readAllBytes())).contains("new");
        assertThat(touch.waitFor()).isNotZero();
    }

    /** Returns when it is ready; on ports that are free here, as the pod's own always are. */
    private void start(Map<String, String> more) throws IOException {
        port = FreePort.find();
        adminPort = FreePort.find();
        Map<String, String> environment = new TreeMap<>();
        for (EnvVar variable : rollout.container().getEnv()) {
            environment.put(variable.getName(), valueOf(variable));
        }
        environment.put("HIGHWATER_PORT", "" + port);
        environment.put("HIGHWATER_ADMIN_PORT", "" + adminPort);
        environment.putAll(more);
        output = Files.createTempFile(folder, "output", ".log");
        process =
                image.asUser(
                                workDirectory,
                                environment,
                                image.command(rollout.container().getArgs()))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        await().atMost(120, TimeUnit.SECONDS)
                .until(() -> !process.isAlive() || log().contains("Highwater ready: "));
        assertThat(process.isAlive()).as(log()).isTrue();
    }

    private static String valueOf(EnvVar variable) {
        if (variable.getValue() != null) {
            return variable.getValue();
        }
        return variable.getValueFrom().getSecretKeyRef() != null ? TOKEN : "highwater-5c9f7-abcde";
    }

    private String log() throws IOException {
        return Files.readString(output);
    }

    private static List<String> files(Path top) throws IOException {
        try (Stream<Path> all = Files.walk(top)) {
            return all.map(Path::toString).sorted().toList();
        }
    }
}
