package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.bench.client.BenchException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessStatusTest {
    private static final List<String> STATUS =
            List.of(
                    "Name:\tjava",
                    "VmHWM:\t  99999 kB",
                    "VmRSS:\t   81580 kB",
                    "Cpus_allowed:\t13",
                    "Cpus_allowed_list:\t0-1,4");

    @Test
    void residentMemoryIsInBytes() {
        assertThat(ProcessStatus.residentBytes(STATUS)).isEqualTo(81_580L * 1024);
    }

    @Test
    void coresAreListedOutOfRanges() {
        assertThat(ProcessStatus.allowedCores(STATUS)).containsExactly(0, 1, 4);
    }

    @Test
    void aMissingLineIsNamed() {
        assertThatThrownBy(() -> ProcessStatus.residentBytes(List.of("Name:\tjava")))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("VmRSS:");
    }

    @Test
    void theFirstCoreIsTheServersAndTheOthersAreTheClients() {
        assertThat(CoreShares.of(List.of(0, 1, 4)).serverPrefix())
                .containsExactly("taskset", "-c", "0");
        assertThat(CoreShares.of(List.of(0, 1, 4)).client()).containsExactly(1, 4);
    }

    @Test
    void oneCoreIsNotShared() {
        assertThat(CoreShares.of(List.of(3))).isEqualTo(CoreShares.none());
        assertThat(CoreShares.none().serverPrefix()).isEmpty();
    }
}
