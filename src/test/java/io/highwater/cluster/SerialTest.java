package io.highwater.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.log.LogLimit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SerialTest {
    private final Serial serial = new Serial(LogLimit.none());
    private final List<String> done = new ArrayList<>();

    @Test
    void aTaskThatAnotherBringsRunsAfterIt() {
        serial.execute(
                () -> {
                    serial.execute(() -> done.add("second"));
                    done.add("first");
                });
        assertThat(done).containsExactly("first", "second");
    }

    @Test
    void afterATaskThatThrowsTheNextOneRuns() {
        serial.execute(
                () -> {
                    serial.execute(() -> done.add("second"));
                    throw new NoClassDefFoundError("thrown by a test");
                });
        serial.execute(() -> done.add("third"));
        assertThat(done).containsExactly("second", "third");
    }
}
