package io.highwater.backbone.archived;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LaterTest {
    @Test
    void allIsDoneThoughAPartOfItThrows() {
        List<String> done = new ArrayList<>();
        Later later = new Later();
        later.add(() -> done.add("first"));
        later.add(
                () -> {
                    throw new IllegalStateException("thrown by a test");
                });
        later.add(() -> done.add("third"));
        later.add(
                () -> {
                    throw new AssertionError("thrown as well");
                });
        later.add(() -> done.add("fifth"));
        assertThatThrownBy(later::run)
                .hasMessage("thrown by a test")
                .satisfies(thrown -> assertThat(thrown.getSuppressed()).hasSize(1));
        assertThat(done).containsExactly("first", "third", "fifth");
    }
}
