package io.highwater.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.admin.PartHealth;
import io.highwater.archive.ArchiveObserver;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.archived.ArchivedBackbone;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.config.HighwaterConfig;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.metrics.NodeMetrics;
import io.highwater.node.deployment.DeploymentPlan;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.testing.Disk;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.FreePort;
import io.highwater.testing.MemoryArchive;
import io.highwater.testing.MetricsFixture;
import io.highwater.testing.RedisProcess;
import io.highwater.time.TimerWheel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What probes and operators are told of a node whose log or archive starts, or is away. */
@Timeout(300)
final class NodeHealthTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir private Path folder;

    private record Health(int status, String body) {
        boolean says(int expectedStatus, String part, String state) {
            return status == expectedStatus
                    && body.contains(
                            "{\"part\":\"" + part + "\",\"state\":\"" + state + "\",\"detail\":\"");
        }
    }

    private static Health ask(int adminPort) {
        try {
            URI uri = URI.create("http://127.0.0.1:" + adminPort + "/health/ready?verbose");
            HttpResponse<String> answer =
                    CLIENT.send(
                            HttpRequest.newBuilder(uri).build(),
                            HttpResponse.BodyHandlers.ofString());
            return new Health(answer.statusCode(), answer.body());
        } catch (IOException e) {
            return new Health(0, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static EmbeddedNode start(
            int adminPort, Map<String, String> settings, UnaryOperator<ArchiveObserver> archive)
            throws Exception {
        Map<String, String> all = new HashMap<>(settings);
        all.put("highwater.port", "0");
        all.put("highwater.admin.port", "" + adminPort);
        all.put("highwater.drain.window", "0");
        return EmbeddedNode.start(
                HighwaterConfig.of(all),
                DeploymentPlan.of(null, List.of(), List.of()),
                new NodeSeams(own -> with(own, archive), UnaryOperator.identity()));
    }

    private static NodeSeams.Observers with(
            NodeSeams.Observers own, UnaryOperator<ArchiveObserver> archive) {
        return new NodeSeams.Observers(
                own.wire(),
                own.handshake(),
                own.outbound(),
                own.keepalive(),
                own.sessions(),
                own.channels(),
                own.redis(),
                archive.apply(own.archive()),
                own.cluster(),
                own.endpoints(),
                own.deflate(),
                own.limits());
    }

    @Test
    void theAdminPortAnswersWhileTheLogStarts() throws Exception {
        int port = FreePort.find();
        CompletableFuture<Health> whileItStarts = new CompletableFuture<>();
        ArchiveObserver asking =
                new ArchiveObserver() {
                    /** The log begins its generation. */
                    @Override
                    public void onWaiting(int change) {
                        if (!whileItStarts.isDone()) {
                            whileItStarts.complete(ask(port));
                        }
                    }
                };
        Map<String, String> settings = Map.of("highwater.archive.url", "file:" + folder);
        try (EmbeddedNode node = start(port, settings, own -> asking)) {
            assertThat(whileItStarts).isCompleted();
            assertThat(whileItStarts.join())
                    .matches(health -> health.says(503, "backbone", "starting"));
            assertThat(ask(node.adminPort()))
                    .matches(health -> health.says(200, "backbone", "available"))
                    .matches(health -> health.says(200, "archive", "available"))
                    .matches(health -> health.body().contains("in " + folder));
        }
    }

    @Test
    void whileRedisIsAwayTheNodeStaysReadyAndSaysSo() throws Exception {
        try (RedisProcess redis =
                RedisProcess.start(folder, FreePort.findForRestarts(), "--appendonly", "yes")) {
            Map<String, String> settings =
                    Map.of("highwater.backbone", "redis", "highwater.redis.uri", redis.uri());
            try (EmbeddedNode node = start(0, settings, UnaryOperator.identity())) {
                assertThat(ask(node.adminPort()))
                        .matches(health -> health.says(200, "backbone", "available"))
                        .matches(health -> health.body().contains(redis.uri()))
                        .matches(health -> !health.body().contains("archive"));
                redis.kill();
                await().until(() -> ask(node.adminPort()).says(200, "backbone", "unavailable"));
                redis.start();
                await().until(() -> ask(node.adminPort()).says(200, "backbone", "available"));
            }
        }
    }

    @Test
    void anArchiveThatCannotBeWrittenIsToldWithItsReason() {
        FakeTicker ticker = new FakeTicker();
        MemoryArchive archive = new MemoryArchive(new Disk());
        ArchivedBackbone backbone =
                new ArchivedBackbone(
                        new MemorySettings(
                                2,
                                Ledger.unbounded(),
                                name -> RingBounds.defaults(),
                                LogLimit.none()),
                        archive,
                        ticker,
                        () -> 1_795_301_843_554L,
                        new TimerWheel(ticker.nanoTime()));
        NodeLog log = new NodeLog(backbone, archive, null);
        try (NodeMetrics metrics = MetricsFixture.of(new NonEmptyQueues())) {
            log.watchBy(metrics);
            backbone.start();
            assertThat(log.health()).extracting(PartHealth::state).containsOnly("available");
            assertThat(metrics.scrape("text/plain", 0))
                    .contains(
                            "highwater_backbone_available 1.0", "highwater_archive_available 1.0");
            archive.setFull(true);
            assertThat(log.health())
                    .containsExactly(
                            new PartHealth("backbone", "unavailable", "in a test's memory"),
                            new PartHealth("archive", "unavailable", "in a test's memory"));
            assertThat(metrics.scrape("text/plain", 0))
                    .contains(
                            "highwater_backbone_available 0.0", "highwater_archive_available 0.0");
            archive.setFull(false);
            assertThat(log.health()).extracting(PartHealth::state).containsOnly("available");
            backbone.close();
            assertThat(log.health()).extracting(PartHealth::state).containsOnly("closed");
        }
    }
}
