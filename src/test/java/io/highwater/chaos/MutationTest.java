package io.highwater.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The mutations of {@link ChaosSuite} still fit the product. */
final class MutationTest {
    @TempDir private Path folder;

    static List<Mutation> mutations() {
        return ChaosSuite.mutations();
    }

    @ParameterizedTest
    @MethodSource("mutations")
    void everyMutationChangesSomething(Mutation mutation) throws Exception {
        Path front = mutation.patch().make(folder);
        try (Stream<Path> files = Files.walk(front)) {
            assertThat(files.filter(Files::isRegularFile)).isNotEmpty();
        }
    }
}
