package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.highwater.bench.client.BenchException;
import jakarta.json.JsonArray;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassHistogramTest {
    private static final List<String> EMPTY =
            List.of(
                    "16727:",
                    " num     #instances         #bytes  class name (module)",
                    "-------------------------------------------------------",
                    "   1:         10345         820104  [B (java.base@25.0.3)",
                    "   2:            10           1120  sun.nio.ch.SocketChannelImpl (java.base@25.0.3)",
                    "   3:             1         400000  [Ljdk.internal.vm.FillerElement; (java.base@25.0.3)",
                    "   4:             2             48  org.eclipse.jetty.io.SocketChannelEndPoint",
                    "   5:             3            120  java.lang.Module (java.base@25.0.3)",
                    "Total         10361        1221392");
    private static final List<String> FULL =
            List.of(
                    "   1:         10365         820744  [B (java.base@25.0.3)",
                    "   2:            30           3360  sun.nio.ch.SocketChannelImpl (java.base@25.0.3)",
                    "   3:            20            960  org.eclipse.jetty.ee10.websocket.jakarta.common.X",
                    "   4:            20            480  [Lorg.eclipse.jetty.io.Y;",
                    "   5:             2             48  org.eclipse.jetty.io.SocketChannelEndPoint",
                    "   6:             3            120  java.lang.Module (java.base@25.0.3)",
                    "   7:             2            200  io.highwater.wire.Rare",
                    "Total         10442        1225912");

    @Test
    void rowsAreReadAndWhatTheCollectorPadsWithIsLeftOut() {
        ClassHistogram histogram = ClassHistogram.parse(EMPTY);

        assertThat(histogram.byClass())
                .hasSize(4)
                .containsEntry("[B", new ClassHistogram.Entry(10_345, 820_104));
        assertThat(histogram.totalBytes()).isEqualTo(820_104 + 1_120 + 48 + 120);
    }

    @Test
    void aClassOfTwoLoadersIsCountedOnce() {
        ClassHistogram histogram =
                ClassHistogram.parse(List.of("   1:  2  48  a.B", "   2:  1  24  a.B"));

        assertThat(histogram.byClass())
                .containsExactly(java.util.Map.entry("a.B", new ClassHistogram.Entry(3, 72)));
    }

    @Test
    void linesThatAreNoHistogramAreAnErrorThatShowsThem() {
        assertThatThrownBy(() -> ClassHistogram.parse(List.of("Unable to open socket file")))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("Unable to open");
    }

    @Test
    void theDifferenceHasOnlyWhatChanged() {
        ClassHistogram grown = ClassHistogram.parse(FULL).since(ClassHistogram.parse(EMPTY));

        assertThat(grown.byClass())
                .containsEntry("sun.nio.ch.SocketChannelImpl", new ClassHistogram.Entry(20, 2_240))
                .doesNotContainKey("java.lang.Module")
                .doesNotContainKey("org.eclipse.jetty.io.SocketChannelEndPoint");
    }

    @Test
    void bytesGoToTheWireOrTheEndpointByClassAndTheRestIsSaidToBeNeither() {
        HeapShares shares =
                new HeapShares(ClassHistogram.parse(FULL).since(ClassHistogram.parse(EMPTY)), 20);

        assertThat(shares.wireBytes()).isCloseTo(112 + 24 + 10, within(1e-9));
        assertThat(shares.aboveWireBytes()).isCloseTo(48, within(1e-9));
        assertThat(shares.otherBytes()).isCloseTo(32, within(1e-9));
    }

    @Test
    void classesOfFewerThanOneInTwoConnectionsAreNotListed() {
        HeapShares shares =
                new HeapShares(ClassHistogram.parse(FULL).since(ClassHistogram.parse(EMPTY)), 20);

        JsonArray classes = shares.toJson().build().getJsonArray("classes");
        assertThat(classes)
                .extracting(row -> row.asJsonObject().getString("class"))
                .containsExactly(
                        "sun.nio.ch.SocketChannelImpl",
                        "org.eclipse.jetty.ee10.websocket.jakarta.common.X",
                        "[B",
                        "[Lorg.eclipse.jetty.io.Y;");
    }
}
