package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KernelSlabsTest {
    @Test
    void objectsInUseOfSocketsAreCounted() {
        List<String> lines =
                List.of(
                        "slabinfo - version: 2.1",
                        "# name            <active_objs> <num_objs> <objsize> <objperslab>",
                        "TCP                  10     26   2432   13    8 : tunables    0    0    0",
                        "request_sock_TCP     99    100    304   13    1 : tunables    0    0    0",
                        "sock_inode_cache      4    100    832   19    4 : tunables    0    0    0");

        assertThat(KernelSlabs.socketBytes(lines)).isEqualTo(10 * 2432 + 4 * 832);
    }
}
