package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.Carrier;
import io.highwater.bench.client.Ticker;
import io.highwater.bench.raw.RawLoop;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Turns of real child processes, the raw loop in both roles; what they measure is not asserted. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class ComparisonTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin/java").toString();
    private static final List<String> RAW_AS_HIGHWATER =
            List.of(JAVA, "-cp", System.getProperty("java.class.path"), RawLoop.class.getName());

    private static final List<Contestant> BOTH = List.of(Contestant.ENDPOINT, Contestant.RAW);
    private static final HeapSize SMALL = new HeapSize("8m", "64m");

    private static ServerLauncher launcher(List<String> command) throws IOException {
        return new ServerLauncher(
                new Checkout(Path.of("nowhere")), CoreShares.none(), List.of(), command);
    }

    @Test
    void turnsAlternateAndTheReportHasMediansAndRatios() throws IOException {
        List<String> said = new ArrayList<>();
        Workload workload = new EchoWorkload(Ticker.system(), 10, 64, 100, SECOND, SECOND);
        Comparison comparison =
                new Comparison(launcher(RAW_AS_HIGHWATER), workload, BOTH, SMALL, 2, said::add);
        comparison.run();
        JsonObject report = comparison.report().build();

        assertThat(said.stream().filter(line -> line.startsWith("echo ")))
                .containsExactly(
                        "echo 1/2 highwater-endpoint",
                        "echo 1/2 raw",
                        "echo 2/2 highwater-endpoint",
                        "echo 2/2 raw");
        assertThat(comparison.sound()).isTrue();
        for (Contestant contestant : BOTH) {
            JsonObject side = report.getJsonObject(contestant.id());
            assertThat(side.getJsonArray("turns")).hasSize(2);
            assertThat(side.getInt("lostMessages") + side.getInt("wrongMessages")).isZero();
            assertThat(
                            side.getJsonObject("median")
                                    .getJsonNumber("messagesPerSecond")
                                    .doubleValue())
                    .isPositive();
        }
        assertThat(report.getJsonObject("highwater-endpoint/raw")).containsKey("messagesPerSecond");
    }

    @Test
    void theHeapOfAChildIsCountedByClass() throws IOException {
        Workload workload =
                new IdleWorkload(
                        Ticker.system(),
                        Carrier.HTTP1,
                        50,
                        Conversation.of(64),
                        SECOND,
                        Duration.ZERO);
        Comparison comparison =
                new Comparison(launcher(RAW_AS_HIGHWATER), workload, BOTH, SMALL, 1, line -> {});
        comparison.run();
        JsonObject lastTurn =
                comparison.report().build().getJsonObject("raw").getJsonObject("lastTurn");

        assertThat(lastTurn.getJsonArray("classes"))
                .extracting(row -> row.asJsonObject().getString("class"))
                .contains("io.highwater.bench.raw.RawConnection", "sun.nio.ch.SocketChannelImpl");
    }

    @Test
    void aServerThatDoesNotStartIsReportedWithWhatItSaid() throws IOException {
        ServerLauncher launcher = launcher(List.of(JAVA, "-cp", "nowhere", "no.such.Main"));

        assertThatThrownBy(() -> launcher.start(Contestant.ENDPOINT, SMALL, line -> {}))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("no.such.Main");
    }

    @Test
    void theChildIsGoneAfterItsTurnEvenIfTheTurnFails() throws IOException {
        List<Long> children = new ArrayList<>();
        Workload failing =
                new Workload() {
                    @Override
                    public String name() {
                        return "failing";
                    }

                    @Override
                    public JsonObjectBuilder settings() {
                        return Json.createObjectBuilder();
                    }

                    @Override
                    public Outcome measure(ServerProcess server, Contestant c, Progress progress) {
                        ProcessHandle.current()
                                .children()
                                .map(ProcessHandle::pid)
                                .forEach(children::add);
                        throw new BenchException("on purpose");
                    }
                };
        Comparison comparison =
                new Comparison(launcher(RAW_AS_HIGHWATER), failing, BOTH, SMALL, 1, line -> {});

        assertThatThrownBy(comparison::run).hasMessage("on purpose");
        assertThat(children).isNotEmpty();
        for (long child : children) {
            ProcessHandle.of(child)
                    .ifPresent(
                            handle ->
                                    assertThat(handle.onExit())
                                            .succeedsWithin(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void lostMessagesMakeTheRunUnsound() throws IOException {
        Workload lossy =
                new Workload() {
                    @Override
                    public String name() {
                        return "lossy";
                    }

                    @Override
                    public JsonObjectBuilder settings() {
                        return Json.createObjectBuilder();
                    }

                    @Override
                    public Outcome measure(ServerProcess server, Contestant c, Progress progress) {
                        long lost = c == Contestant.ENDPOINT ? 1 : 0;
                        return new Outcome(new Figures(Map.of("x", 1.0)), lost, 0, 0, null);
                    }
                };
        Comparison comparison =
                new Comparison(launcher(RAW_AS_HIGHWATER), lossy, BOTH, SMALL, 1, line -> {});
        comparison.run();

        assertThat(comparison.sound()).isFalse();
        assertThat(
                        comparison
                                .report()
                                .build()
                                .getJsonObject("highwater-endpoint")
                                .getInt("lostMessages"))
                .isEqualTo(1);
    }
}
