package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.backbone.ring.PendingBytes;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.testing.Ledgers;
import io.highwater.time.Ticker;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ArchiveTailTest {
    private static final long MOST_BYTES = 80_000;

    private final Ledger ledger = Ledgers.of(Map.of(Account.RINGS, MOST_BYTES), Ticker.system());
    private final ArchiveTail tail = new ArchiveTail(new PendingBytes(ledger.book(Account.RINGS)));

    private static StreamId id(long sequence) {
        return new StreamId(8, sequence);
    }

    private void add(long sequence, int bytes) {
        tail.add(
                new Stored(id(sequence), 1, "c", sequence, "m", "p", false, null, new byte[bytes]));
    }

    private @Nullable List<StreamId> after(long sequence) {
        List<StreamItem> items = tail.after(id(sequence), 100);
        return items == null ? null : items.stream().map(StreamItem::id).toList();
    }

    @Test
    void itHasWhatWasReadAfterItsBeginning() {
        tail.begin(id(3));
        add(4, 1);
        add(5, 1);
        assertThat(after(3)).containsExactly(id(4), id(5));
        assertThat(after(4)).containsExactly(id(5));
        assertThat(after(5)).isEmpty();
        assertThat(after(2)).as("the stream may have more").isNull();
        assertThat(tail.after(id(3), 1)).hasSize(1);
    }

    @Test
    void whatIsArchivedGoesAndItsBytesToo() {
        tail.begin(id(3));
        add(4, 500);
        add(5, 500);
        tail.archived(id(4));
        assertThat(after(4)).containsExactly(id(5));
        assertThat(after(3)).isNull();
        assertThat(ledger.book(Account.RINGS).bytes()).isBetween(500L, 900L);
        tail.archived(id(9));
        assertThat(ledger.book(Account.RINGS).bytes()).isZero();
        assertThat(after(9)).isEmpty();
    }

    @Test
    void withoutRoomItForgetsAllSoTheStreamIsRead() {
        tail.begin(id(3));
        for (int i = 4; i < 30; i++) {
            add(i, 1_000);
        }
        assertThat(ledger.book(Account.RINGS).bytes()).isLessThanOrEqualTo(MOST_BYTES / 8);
        assertThat(after(3)).isNull();
        assertThat(tail.last()).isEqualTo(id(29));
        assertThat(after(tail.from().sequence())).hasSize((int) (29 - tail.from().sequence()));
    }

    @Test
    void whatComesBeforeTheNextGenerationAfterItBeganIsNotTaken() {
        tail.begin(id(3));
        add(4, 1);
        tail.generation(new StreamId(9, 0), null);
        add(5, 1);
        tail.generation(new StreamId(9, 0), null);
        assertThat(after(3)).containsExactly(id(4), new StreamId(9, 0));
        assertThat(tail.entries()).hasSize(1);
    }

    @Test
    void aGapIsAnItem() {
        tail.begin(id(3));
        tail.gap(id(6));
        add(7, 1);
        assertThat(after(3)).containsExactly(id(6), id(7));
        assertThat(ArchiveStep.next(id(3), tail.after(id(3), 100)))
                .isEqualTo(new ArchiveStep.Begin(id(6), 3));
    }
}
