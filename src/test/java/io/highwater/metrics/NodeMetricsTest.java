package io.highwater.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Account;
import io.highwater.limits.Deadline;
import io.highwater.limits.Ledger;
import io.highwater.limits.Refusal;
import io.highwater.limits.TcpConnections;
import io.highwater.limits.TcpLimits;
import io.highwater.log.LogLimit;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.outbound.OverflowPolicy;
import io.highwater.protocol.ErrorCode;
import io.highwater.testing.MetricsFixture;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.TransportKind;
import io.highwater.wire.deflate.BudgetStep;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeMetricsTest {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPENMETRICS =
            "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private boolean archived;
    private final NodeMetrics metrics = MetricsFixture.of(new NonEmptyQueues());

    @BeforeEach
    void watch() {
        Ledger ledger = Ledger.unbounded();
        metrics.watch(
                ledger,
                new TcpConnections(
                        TcpLimits.unlimited(),
                        ledger.payers(),
                        metrics.limits(),
                        () -> 0,
                        LogLimit.none()));
        metrics.watchBackbone(() -> true);
        metrics.watchArchive(() -> archived);
    }

    @AfterEach
    void close() {
        metrics.close();
    }

    private List<String> scrape() {
        return metrics.scrape(TEXT, 0).lines().toList();
    }

    @ParameterizedTest
    @EnumSource
    void theScrapeHasTheCataloguesNameTypeAndHelp(Metric metric) {
        assertThat(scrape())
                .contains("# TYPE " + metric.exposedName() + " " + metric.type().word())
                .contains("# HELP " + metric.exposedName() + " " + metric.help());
    }

    @Test
    void theScrapeHasNoNameOfOursThatIsNotInTheCatalogue() {
        List<String> catalogue =
                IntStream.range(0, Metric.values().length)
                        .mapToObj(i -> Metric.values()[i].exposedName())
                        .toList();
        assertThat(scrape())
                .filteredOn(line -> line.startsWith("# TYPE highwater_"))
                .map(line -> line.split(" ")[2])
                // Micrometer adds the largest value of the last minutes to each histogram.
                .map(name -> name.replaceFirst("_seconds_max$", "_seconds"))
                // Prometheus' own format has no word for these two of a gauge histogram.
                .map(name -> name.replaceFirst("_messages_g(count|sum)$", "_messages"))
                .isSubsetOf(catalogue);
    }

    @Test
    void namesAreThoseOfTheDesign() {
        assertThat(Metric.values())
                .extracting(Metric::exposedName)
                .containsExactlyInAnyOrder(
                        "highwater_connections",
                        "highwater_queue_depth_messages",
                        "highwater_queued_bytes",
                        "highwater_queued_heap_ratio",
                        "highwater_slow_clients",
                        "highwater_message_latency_seconds",
                        "highwater_closes_total",
                        "highwater_reconnects_total",
                        "highwater_handshakes_total",
                        "highwater_evictions_total",
                        "highwater_ping_rtt_seconds",
                        "highwater_deflate_bytes_total",
                        "highwater_deflate_context_bytes",
                        "highwater_deflate_steps_total",
                        "highwater_account_bytes",
                        "highwater_account_limit_bytes",
                        "highwater_account_ended_total",
                        "highwater_tcp_connections",
                        "highwater_tcp_connections_limit",
                        "highwater_tls_connections",
                        "highwater_tls_connections_limit",
                        "highwater_connections_refused_total",
                        "highwater_requests_refused_total",
                        "highwater_bad_requests_total",
                        "highwater_deadlines_total",
                        "highwater_build_info",
                        "highwater_connections_limit",
                        "highwater_connections_per_ip_limit",
                        "highwater_messages_total",
                        "highwater_message_bytes_total",
                        "highwater_message_limit_bytes",
                        "highwater_messages_dropped_total",
                        "highwater_queued_messages",
                        "highwater_queue_limit_messages",
                        "highwater_queue_limit_bytes",
                        "highwater_channels",
                        "highwater_subscriptions",
                        "highwater_demoted_subscriptions",
                        "highwater_demotions_total",
                        "highwater_publications_total",
                        "highwater_publications_refused_total",
                        "highwater_publications_dropped_total",
                        "highwater_cluster_items_total",
                        "highwater_cluster_nodes",
                        "highwater_cluster_resyncs_total",
                        "highwater_command_errors_total",
                        "highwater_channel_failures_total",
                        "highwater_endpoint_errors_total",
                        "highwater_deflate_context_limit_bytes",
                        "highwater_heap_limit_bytes",
                        "highwater_tcp_connections_per_ip_limit",
                        "highwater_tls_connections_per_ip_limit",
                        "highwater_backbone_waiting_messages",
                        "highwater_backbone_acknowledge_seconds",
                        "highwater_backbone_messages_total",
                        "highwater_backbone_entries_total",
                        "highwater_backbone_retries_total",
                        "highwater_backbone_generations_total",
                        "highwater_backbone_leases",
                        "highwater_backbone_stalled_shards",
                        "highwater_backbone_lag_entries",
                        "highwater_backbone_available",
                        "highwater_archive_available",
                        "highwater_archive_waiting_writes",
                        "highwater_archive_write_seconds",
                        "highwater_archive_watermark_age_seconds",
                        "highwater_archive_entries_total",
                        "highwater_archive_bytes_total",
                        "highwater_archive_read_seconds",
                        "highwater_archive_failures_total",
                        "highwater_archive_lost_entries_total",
                        "highwater_archive_dropped_total");
    }

    @ParameterizedTest
    @EnumSource
    void helpIsASentenceThatSaysWhatAMetricOfItsTypeDoes(Metric metric) {
        String verb =
                switch (metric.type()) {
                    case COUNTER -> "Counts ";
                    case GAUGE, GAUGE_HISTOGRAM, INFO -> "Shows ";
                    case HISTOGRAM -> "Measures ";
                };
        assertThat(metric.help()).startsWith(verb).endsWith(".").doesNotContain("|");
    }

    /** As Prometheus asks for it: with the types that its own format lacks. */
    @Test
    void openMetricsHasTypesOfItsOwn() {
        assertThat(metrics.scrape(OPENMETRICS, 0).lines())
                .contains(
                        "# TYPE highwater_queued_messages gaugehistogram",
                        "# TYPE highwater_build info",
                        "# TYPE highwater_deflate_bytes counter");
    }

    @Test
    void theBuildIsTold() {
        assertThat(scrape())
                .contains("highwater_build_info{java=\"17\",jetty=\"12.0\",version=\"1.2.3\"} 1");
    }

    @Test
    void limitsAreGauges() {
        assertThat(scrape())
                .contains(
                        "highwater_connections_limit 1000.0",
                        "highwater_connections_per_ip_limit 250.0",
                        "highwater_tcp_connections_per_ip_limit 280.0",
                        "highwater_tls_connections_per_ip_limit 120.0",
                        "highwater_queue_limit_messages 100.0",
                        "highwater_queue_limit_bytes 10000.0",
                        "highwater_message_limit_bytes 64000.0",
                        "highwater_heap_limit_bytes 500000.0",
                        "highwater_deflate_context_limit_bytes 50000.0");
    }

    @Test
    void messagesAndTheirBytesAreCountedByDirection() {
        metrics.wire().onReceived(1, 10);
        metrics.wire().onReceived(0, 4);
        metrics.wire().onSent(3, 700);
        assertThat(scrape())
                .contains(
                        "highwater_messages_total{direction=\"in\"} 1.0",
                        "highwater_messages_total{direction=\"out\"} 3.0",
                        "highwater_message_bytes_total{direction=\"in\"} 14.0",
                        "highwater_message_bytes_total{direction=\"out\"} 700.0");
    }

    @Test
    void whatHappensOnChannelsIsCounted() {
        metrics.channels().onChannels(1);
        metrics.channels().onChannels(1);
        metrics.channels().onChannels(-1);
        metrics.channels().onSubscriptions(5);
        metrics.channels().onPublished();
        metrics.channels().onRefused();
        metrics.channels().onFailure();
        metrics.sessions().onRuleFailed();
        metrics.sessions().onRuleFailed();
        metrics.sessions().onError(ErrorCode.RATE_LIMITED);
        assertThat(scrape())
                .contains(
                        "highwater_channels 1.0",
                        "highwater_subscriptions 5.0",
                        "highwater_publications_total 1.0",
                        "highwater_publications_refused_total 1.0",
                        "highwater_channel_failures_total{cause=\"hub\"} 1.0",
                        "highwater_channel_failures_total{cause=\"rule\"} 2.0",
                        "highwater_command_errors_total{code=\"RATE_LIMITED\"} 1.0",
                        "highwater_command_errors_total{code=\"FORBIDDEN\"} 0.0");
    }

    @Test
    void whatAnArchiveDoesIsCounted() {
        metrics.archive().onWaiting(3);
        metrics.archive().onWaiting(-1);
        metrics.archive().onWritten(7, 1_500, 4_000_000, 30_000_000);
        metrics.archive().onWriteFailed();
        metrics.archive().onRead(20_000_000);
        metrics.archive().onReadFailed();
        metrics.archive().onUnreachable();
        metrics.archive().onLost(3);
        metrics.archive().onDropped();
        assertThat(scrape())
                .contains(
                        "highwater_archive_waiting_writes 2.0",
                        "highwater_archive_entries_total 7.0",
                        "highwater_archive_bytes_total 1500.0",
                        "highwater_archive_write_seconds_bucket{le=\"0.002\"} 0",
                        "highwater_archive_write_seconds_bucket{le=\"0.005\"} 1",
                        "highwater_archive_watermark_age_seconds_sum 0.03",
                        "highwater_archive_read_seconds_sum 0.02",
                        "highwater_archive_failures_total{of=\"write\"} 1.0",
                        "highwater_archive_failures_total{of=\"read\"} 1.0",
                        "highwater_archive_failures_total{of=\"connect\"} 1.0",
                        "highwater_archive_failures_total{of=\"lease\"} 0.0",
                        "highwater_archive_lost_entries_total 3.0",
                        "highwater_archive_dropped_total 1.0");
    }

    @Test
    void whetherTheLogAndTheArchiveWorkIsShown() {
        assertThat(scrape())
                .contains("highwater_backbone_available 1.0", "highwater_archive_available 0.0");
        archived = true;
        assertThat(scrape()).contains("highwater_archive_available 1.0");
    }

    @Test
    void howFarANodeIsBehindTheLogIsShown() {
        metrics.redis().onLag(12);
        metrics.redis().onLag(-2);
        assertThat(scrape()).contains("highwater_backbone_lag_entries 10.0");
    }

    @Test
    void endpointErrorsAreCountedByTheirCause() {
        metrics.endpoints().onMethodFailed();
        metrics.endpoints().onPeerFailed();
        metrics.endpoints().onPeerFailed();
        metrics.outbound().onListenerFailed();
        assertThat(scrape())
                .contains(
                        "highwater_endpoint_errors_total{cause=\"method\"} 1.0",
                        "highwater_endpoint_errors_total{cause=\"peer\"} 2.0",
                        "highwater_endpoint_errors_total{cause=\"listener\"} 1.0");
    }

    @Test
    void compressionIsCountedByDirectionKindAndStep() {
        metrics.deflate().onSent(500, 100);
        metrics.deflate().onSent(500, 50);
        metrics.deflate().onReceived(300, 40);
        metrics.deflate().onContexts(4096);
        metrics.deflate().onContexts(-96);
        metrics.deflate().onStep(BudgetStep.SHARED);
        assertThat(scrape())
                .contains(
                        "highwater_deflate_bytes_total{direction=\"out\",kind=\"plain\"} 1000.0",
                        "highwater_deflate_bytes_total{direction=\"out\",kind=\"wire\"} 150.0",
                        "highwater_deflate_bytes_total{direction=\"in\",kind=\"plain\"} 300.0",
                        "highwater_deflate_bytes_total{direction=\"in\",kind=\"wire\"} 40.0",
                        "highwater_deflate_context_bytes 4000.0",
                        "highwater_deflate_steps_total{to=\"context\"} 0.0",
                        "highwater_deflate_steps_total{to=\"shared\"} 1.0",
                        "highwater_deflate_steps_total{to=\"off\"} 0.0");
    }

    @Test
    void whatLimitsRefusedAndEndedIsCounted() {
        metrics.limits().onEnded(Account.HTTP, 3);
        metrics.limits().onConnectionRefused(Refusal.TOO_FAST);
        metrics.limits().onDeadline(Deadline.HEAD);
        metrics.limits().onRequestRefused();
        metrics.limits().onBadRequest(431);
        metrics.limits().onBadRequest(499);
        assertThat(scrape())
                .contains(
                        "highwater_account_ended_total{account=\"http\"} 3.0",
                        "highwater_tcp_connections 0.0",
                        "highwater_connections_refused_total{reason=\"too_fast\"} 1.0",
                        "highwater_connections_refused_total{reason=\"node_full\"} 0.0",
                        "highwater_deadlines_total{deadline=\"head\"} 1.0",
                        "highwater_bad_requests_total{status=\"431\"} 1.0",
                        "highwater_bad_requests_total{status=\"400\"} 0.0",
                        "highwater_bad_requests_total{status=\"other\"} 1.0",
                        "highwater_requests_refused_total 1.0");
    }

    @Test
    void connectionsAreCountedByTransport() {
        for (TransportKind kind : TransportKind.values()) {
            metrics.wire().onOpened(kind);
        }
        metrics.wire().onOpened(TransportKind.H2);
        metrics.wire().onClosed(TransportKind.HTTP1, CloseStatus.of(1000), 5);
        assertThat(scrape())
                .contains(
                        "highwater_connections{transport=\"http/1.1\"} 0.0",
                        "highwater_connections{transport=\"http/1.1+tls\"} 1.0",
                        "highwater_connections{transport=\"h2c\"} 1.0",
                        "highwater_connections{transport=\"h2\"} 2.0");
        assertThat(metrics.connections()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1013, 4403, 4408,
                4429
            })
    void closesAreCountedByKnownCode(int code) {
        assertThat(scrape()).contains("highwater_closes_total{code=\"" + code + "\"} 0.0");
        metrics.wire().onClosed(TransportKind.H2C, CloseStatus.of(code), 5);
        assertThat(scrape())
                .contains("highwater_closes_total{code=\"" + code + "\"} 1.0")
                .contains("highwater_closes_total{code=\"other\"} 0.0");
    }

    @ParameterizedTest
    @ValueSource(ints = {3000, 4000, 4401, 4999, 999})
    void otherCodesAreOther(int code) {
        metrics.wire().onClosed(TransportKind.H2C, CloseStatus.of(code), 5);
        assertThat(scrape()).contains("highwater_closes_total{code=\"other\"} 1.0");
        assertThat(scrape()).noneMatch(line -> line.contains("\"" + code + "\""));
    }

    /** One that a later change brings into use is to have a count of its own from then on. */
    @Test
    void theCodesFromTheStartAreThoseThatTheNodeHasAUseFor() throws Exception {
        Path sources = Path.of("src/main/java/io/highwater");
        // But for the list itself.
        String status =
                Files.readString(sources.resolve("wire/CloseStatus.java"))
                        .replaceFirst("(?s) LABELS =.*?;", "");
        StringBuilder others = new StringBuilder();
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                if (!file.startsWith(sources.resolve("metrics"))) {
                    others.append(Files.readString(file));
                }
            }
        }
        List<String> used = new ArrayList<>();
        for (Field field : CloseStatus.class.getFields()) {
            Pattern name = Pattern.compile("\\b" + field.getName() + "\\b");
            Pattern elsewhere = Pattern.compile("CloseStatus\\." + field.getName() + "\\b");
            if (elsewhere.matcher(others).find() || name.matcher(status).results().count() > 1) {
                used.add("highwater_closes_total{code=\"" + field.getInt(null) + "\"} 0.0");
            }
        }
        used.add("highwater_closes_total{code=\"other\"} 0.0");

        assertThat(scrape())
                .filteredOn(line -> line.startsWith("highwater_closes_total{"))
                .containsExactlyInAnyOrderElementsOf(used);
    }

    @Test
    void handshakesAreCountedByOutcome() {
        assertThat(scrape()).contains("highwater_handshakes_total{outcome=\"accepted\"} 0.0");
        metrics.handshake().onDecided("accepted");
        metrics.handshake().onDecided("origin");
        metrics.handshake().onDecided("origin");
        assertThat(scrape())
                .contains(
                        "highwater_handshakes_total{outcome=\"accepted\"} 1.0",
                        "highwater_handshakes_total{outcome=\"origin\"} 2.0");
    }

    @Test
    void outcomesWithoutEndBecomeOther() {
        for (int i = 0; i < 1_000; i++) {
            metrics.handshake().onDecided("made_up_" + i);
        }
        metrics.handshake().onDecided("made_up_0");
        assertThat(scrape())
                .filteredOn(line -> line.startsWith("highwater_handshakes_total{"))
                .hasSize(64)
                .contains("highwater_handshakes_total{outcome=\"made_up_0\"} 2.0")
                .contains("highwater_handshakes_total{outcome=\"other\"} 938.0");
    }

    @Test
    void demotedSubscribersAreShownAndCounted() {
        metrics.sessions().onDemoted(1);
        metrics.sessions().onDemoted(1);
        metrics.sessions().onDemoted(-1);
        metrics.sessions().onSkipped(40);
        assertThat(scrape())
                .contains(
                        "highwater_demoted_subscriptions 1.0",
                        "highwater_demotions_total 2.0",
                        "highwater_messages_dropped_total{policy=\"demote\"} 40.0");
    }

    @Test
    void droppedMessagesAreCountedByPolicy() {
        metrics.outbound().onDropped(OverflowPolicy.LATEST, 7);
        metrics.outbound().onDropped(OverflowPolicy.PAUSE, 1);
        assertThat(scrape())
                .contains(
                        "highwater_messages_dropped_total{policy=\"latest\"} 7.0",
                        "highwater_messages_dropped_total{policy=\"pause\"} 1.0",
                        "highwater_messages_dropped_total{policy=\"evict\"} 0.0");
    }

    @Test
    void evictionsAreCountedByPolicy() {
        metrics.outbound().onEvicted(OverflowPolicy.EVICT);
        metrics.outbound().onGoverned();
        metrics.outbound().onGoverned();
        assertThat(scrape())
                .contains(
                        "highwater_evictions_total{policy=\"evict\"} 1.0",
                        "highwater_evictions_total{policy=\"governor\"} 2.0",
                        "highwater_evictions_total{policy=\"latest\"} 0.0",
                        "highwater_evictions_total{policy=\"pause\"} 0.0");
    }

    @Test
    void latencyAndRoundTripAreHistogramsInSeconds() {
        metrics.outbound().onLatencyNanos(60_000_000);
        metrics.keepalive().onRoundTripNanos(30_000_000);
        assertThat(scrape())
                .contains(
                        "highwater_message_latency_seconds_bucket{le=\"0.05\"} 0",
                        "highwater_message_latency_seconds_bucket{le=\"0.075\"} 1",
                        "highwater_message_latency_seconds_bucket{le=\"+Inf\"} 1",
                        "highwater_message_latency_seconds_count 1",
                        "highwater_message_latency_seconds_sum 0.06",
                        "highwater_ping_rtt_seconds_bucket{le=\"0.025\"} 0",
                        "highwater_ping_rtt_seconds_bucket{le=\"0.05\"} 1",
                        "highwater_ping_rtt_seconds_sum 0.03");
    }

    @Test
    void memoryAndCollectorsOfTheJvmAreThere() {
        assertThat(scrape())
                .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                .anyMatch(line -> line.startsWith("jvm_gc_live_data_size_bytes"))
                .anyMatch(line -> line.startsWith("process_uptime_seconds"));
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void descriptorsAreThoseOfTheProcess() {
        assertThat(scrape())
                .anyMatch(line -> line.matches("process_files_open_files [1-9].*"))
                .anyMatch(line -> line.matches("process_files_max_files [1-9].*"));
    }

    @Test
    void openMetricsEndsAsItMust() {
        assertThat(metrics.scrape(OPENMETRICS, 0)).endsWith("# EOF\n");
        assertThat(metrics.scrape(TEXT, 0)).doesNotContain("# EOF");
    }

    @Test
    void countsFromManyThreadsAddUp() throws InterruptedException {
        int threads = 4;
        int each = 10_000;
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> running =
                IntStream.range(0, threads)
                        .mapToObj(
                                i ->
                                        new Thread(
                                                () -> {
                                                    try {
                                                        go.await();
                                                    } catch (InterruptedException e) {
                                                        return;
                                                    }
                                                    for (int n = 0; n < each; n++) {
                                                        metrics.handshake().onDecided("o" + n % 7);
                                                        metrics.wire().onOpened(TransportKind.H2);
                                                    }
                                                }))
                        .toList();
        running.forEach(Thread::start);
        go.countDown();
        for (Thread thread : running) {
            thread.join();
        }
        assertThat(metrics.connections()).isEqualTo((long) threads * each);
        double sum =
                scrape().stream()
                        .filter(l -> l.startsWith("highwater_handshakes_total{outcome=\"o"))
                        .mapToDouble(l -> Double.parseDouble(l.substring(l.indexOf(' ') + 1)))
                        .sum();
        assertThat(sum).isEqualTo(threads * each);
    }
}
