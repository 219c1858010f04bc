package io.highwater.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeflateTableTest {
    @Test
    void theTableHasARowForEachLoadAndACellForEachMode() throws IOException {
        List<String> lines = new DeflateTable(2, 1, line -> {}).measure();
        assertThat(lines.get(0))
                .isEqualTo(
                        "| corpus, size | SHARED | CONTEXT_2K | CONTEXT_4K | CONTEXT_32K |"
                                + " a Deflater each |");
        assertThat(lines.get(1)).isEqualTo("|---|---|---|---|---|---|");
        assertThat(lines.subList(2, 8))
                .allMatch(
                        row ->
                                row.matches(
                                        "\\| [a-z]+ [0-9.]+ K?B \\|( [0-9.]+ / [0-9.]+ \\|){5}"));
        assertThat(lines.get(8)).startsWith("| bytes a connection | 0 | 2,136 | 4,184 | 32,856 |");
        assertThat(lines).hasSize(9);
    }

    @Test
    void aContextGainsOnJsonAndNothingGainsOnNoise() throws IOException {
        List<String> lines = new DeflateTable(2, 1, line -> {}).measure();
        String[] json = lines.get(4).split("[|/]");
        assertThat(json[1]).isEqualTo(" json 500 B ");
        double shared = Double.parseDouble(json[2].strip());
        double context = Double.parseDouble(json[6].strip());
        assertThat(context / shared).isGreaterThan(1.5);
        assertThat(lines.get(7)).startsWith("| random 2.5 KB | 1.00 /");
    }

    @ParameterizedTest
    @EnumSource
    void aCorpusIsTheSameForTheSameSeed(DeflateCorpus corpus) {
        byte[] one = corpus.message(new SplittableRandom(1), 7, 500);
        byte[] same = corpus.message(new SplittableRandom(1), 7, 500);
        byte[] other = corpus.message(new SplittableRandom(2), 7, 500);
        assertThat(one).hasSize(500);
        assertThat(Arrays.equals(one, same)).isTrue();
        assertThat(Arrays.equals(one, other)).isFalse();
    }
}
