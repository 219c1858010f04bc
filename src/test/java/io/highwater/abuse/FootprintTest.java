package io.highwater.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FootprintTest {
    @Test
    void filesPipesAndSelectorsThatAreLeftAreToldAsSocketsAre() {
        Footprint before = with(10, Map.of("pipe", 2, "/tmp/a", 1));

        assertThat(with(10, Map.of("pipe", 6, "/tmp/b", 1)).leftSince(before, 0)).isEmpty();
        assertThat(with(10, Map.of("pipe", 7, "/tmp/b", 1)).leftSince(before, 0))
                .singleElement()
                .asString()
                .startsWith("descriptors that are no sockets");
        assertThat(with(17, Map.of("pipe", 2)).leftSince(before, 0))
                .containsExactly("sockets 10 → 17");
    }

    @Test
    void whatIsChargedMayStay() {
        Footprint before = heap(20 << 20, 1 << 20);
        assertThat(heap(36 << 20, 7 << 20).leftSince(before, 0)).isEmpty();
        assertThat(heap(36 << 20, 6 << 20).leftSince(before, 0))
                .singleElement()
                .asString()
                .startsWith("heap 20.0 MiB → 36.0 MiB, of it charged 1.0 MiB → 6.0 MiB");
    }

    private static Footprint heap(long bytes, long charged) {
        return new Footprint(bytes, charged, Map.of(), Map.of(), 0, Map.of(), 0);
    }

    private static Footprint with(int sockets, Map<String, Integer> files) {
        return new Footprint(0, 0, Map.of(), Map.of(), sockets, files, 0);
    }
}
