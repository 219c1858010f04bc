package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.bench.client.BenchException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NativeMemoryTest {
    private static final List<String> HEAP_INFO =
            List.of(
                    "4650:",
                    " garbage-first heap   total reserved 2097152K, committed 8192K, used 2048K"
                            + " [0x0000000080000000, 0x0000000100000000)",
                    "  region size 1M, 3 young (3072K), 0 survivors (0K)",
                    " Metaspace       used 3000K, committed 3200K, reserved 1114112K");

    private static List<String> smaps(String... mappings) {
        return List.of(mappings).stream()
                .flatMap(
                        mapping ->
                                List.of(
                                        mapping.split("=")[0] + " rw-p 00000000 00:00 0 ",
                                        "Size:               9999 kB",
                                        "Rss:                " + mapping.split("=")[1] + " kB",
                                        "Pss:                9999 kB",
                                        "VmFlags: rd wr mr mw me ac sd")
                                        .stream())
                .toList();
    }

    @Test
    void isAllThatIsResidentButTheHeap() {
        NativeMemory.Range heap = NativeMemory.heap(HEAP_INFO);
        assertThat(heap).isEqualTo(new NativeMemory.Range(0x8000_0000L, 0x1_0000_0000L));
        List<String> smaps =
                smaps(
                        "7fff0000-80000000=3",
                        "80000000-80800000=8192",
                        "ff000000-100000000=16",
                        "100000000-100010000=5",
                        "7f0000000000-7f0000100000=100",
                        "ffffffffff600000-ffffffffff601000=4");
        assertThat(NativeMemory.bytes(smaps, heap)).isEqualTo((3 + 5 + 100 + 4) * 1024L);
    }

    @Test
    void aHeapWithoutAddressesEndsTheBenchmark() {
        assertThatThrownBy(() -> NativeMemory.heap(List.of("4650:", " shenandoah heap")))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("GC.heap_info");
    }
}
