package io.highwater.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.highwater.testing.Stray;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A node's end goes on though one of those that it ends throws. */
final class StrayThrowTest {
    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void allPartsAreClosedThoughOneThrows(Stray.Kind kind) {
        Stray stray = new Stray();
        stray.arm(kind);
        List<String> closed = new ArrayList<>();
        Parts parts = new Parts();
        parts.add("first", () -> closed.add("first"));
        parts.add("second", stray::call);
        parts.add("third", () -> closed.add("third"));
        assertThat(catchThrowable(parts::close)).hasMessage("thrown by a test");
        assertThat(closed).containsExactly("third", "first");
    }
}
