package io.highwater.backbone.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.RingBounds;
import io.highwater.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Rings against a plain list of all that was ever appended. */
final class EntryRingPropertyTest {
    private record Published(String channel, long sequence, long atNanos) {}

    @Property(tries = 300)
    void whatIsKeptIsWhatTheBoundsSay(
            @ForAll @IntRange(min = 0, max = 20) int maxMessages,
            @ForAll @IntRange(min = 1, max = 120) int ageSeconds,
            @ForAll @Size(max = 120) List<@IntRange(min = 0, max = 99) Integer> steps) {
        RingBounds bounds = new RingBounds(maxMessages, Duration.ofSeconds(ageSeconds));
        LocalFixture log = new LocalFixture(bounds);
        List<Published> all = new ArrayList<>();
        Map<String, Long> tops = new HashMap<>();
        for (int step : steps) {
            if (step < 70) {
                String channel = "c" + step % 3;
                long sequence = log.append(channel).channelSequence();
                assertThat(sequence).isEqualTo(tops.merge(channel, 1L, Long::sum));
                all.add(new Published(channel, sequence, log.ticker.nanoTime()));
            } else if (step < 85) {
                log.advance(Duration.ofSeconds(step - 70L));
            } else {
                log.ticker.advance(Duration.ofSeconds(step - 80L));
            }
            String looked = "c" + step % 3;
            List<Long> expected = expected(all, looked, bounds, log.ticker.nanoTime());
            assertThat(log.kept(looked)).isEqualTo(expected);
            checkReads(log, looked, tops.getOrDefault(looked, 0L), expected);
        }
        log.advance(Duration.ofSeconds(ageSeconds + 60L));
        assertThat(log.backbone.ringBytes()).isZero();
        assertThat(log.backbone.activeChannels()).isZero();
        tops.forEach(
                (channel, top) ->
                        assertThat(log.append(channel).channelSequence()).isEqualTo(top + 1));
    }

    private static List<Long> expected(
            List<Published> all, String channel, RingBounds bounds, long nowNanos) {
        List<Long> young =
                all.stream()
                        .filter(published -> published.channel.equals(channel))
                        .filter(p -> nowNanos - p.atNanos <= bounds.age().toNanos())
                        .map(Published::sequence)
                        .toList();
        return young.subList(Math.max(0, young.size() - bounds.messages()), young.size());
    }

    /** A read after any position brings all that followed it, or says that it cannot. */
    private static void checkReads(LocalFixture log, String channel, long top, List<Long> kept) {
        for (long after = 0; after <= top + 1; after++) {
            Position position = new Position("local", LocalFixture.GENERATION, 7, after);
            ReadResult result = log.read(channel, position);
            assertThat(((Position) result.top()).channelSequence()).isEqualTo(top);
            if (after > top) {
                assertThat(reason(result)).isEqualTo(Reason.UNKNOWN_POSITION);
            } else if (top - after > kept.size()) {
                assertThat(reason(result)).isEqualTo(Reason.TRIMMED);
            } else {
                List<Long> missed = new ArrayList<>();
                for (long sequence = after + 1; sequence <= top; sequence++) {
                    missed.add(sequence);
                }
                Slice slice = (Slice) result;
                assertThat(slice.complete()).isTrue();
                assertThat(slice.entries().stream().map(Entry::position))
                        .extracting(Position::channelSequence)
                        .isEqualTo(missed);
            }
        }
    }

    private static Reason reason(ReadResult result) {
        return ((Unreadable) result).reason();
    }
}
