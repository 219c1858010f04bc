package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.redis.StreamItem.Stored;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PageSizeTest {
    private static final int LARGEST = 64 << 10;

    private final PageSize size = new PageSize();

    private void page(int entries, int bytes) {
        size.onPage(IntStream.range(0, entries).<StreamItem>mapToObj(i -> entry(bytes)).toList());
    }

    private static Stored entry(int bytes) {
        return new Stored(new StreamId(8, 1), 1, "c", 1, "m", "p", false, null, new byte[bytes]);
    }

    @Test
    void theFirstPageFitsEvenWithTheLargestEntries() {
        assertThat((long) size.count() * LARGEST).isEqualTo(PageSize.BYTES);
    }

    @Test
    void withSmallEntriesPagesGrowAndWithLargeOnesTheyShrinkAtOnce() {
        page(16, 10);
        assertThat(size.count()).isEqualTo(32);
        page(32, 10);
        page(64, 10);
        assertThat(size.count()).isEqualTo(PageSize.MOST);
        page(64, LARGEST);
        assertThat(size.count()).isEqualTo(15);
        page(15, 4 << 20);
        assertThat(size.count()).isEqualTo(1);
        page(1, 10);
        assertThat(size.count()).isEqualTo(2);
    }

    @Test
    void aPageWithoutEntriesTellsNothing() {
        size.onPage(List.of());
        assertThat(size.count()).isEqualTo(PageSize.FIRST);
    }
}
