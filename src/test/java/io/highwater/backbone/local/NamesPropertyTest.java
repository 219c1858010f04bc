package io.highwater.backbone.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Appended;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.RingBounds;
import io.highwater.limits.Account;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * A log that has room for a few names, against all positions that were ever given out: who resumes
 * gets exactly what followed, or is told that it is not known, whatever was forgotten meanwhile.
 */
final class NamesPropertyTest {
    private static final int CHANNELS = 12;
    private static final int ADDRESSES = 3;
    private static final int SHARDS = 2;
    private static final long MOST_BYTES = 6_000;

    /**
     * Of an address's first unused name in a shard more is kept than of a used one, until the next
     * append.
     */
    private static final long RETIRED_BYTES = 100;

    @Property(tries = 400)
    void nobodyIsGivenWhatIsNotTheRest(
            @ForAll @Size(max = 150) List<@IntRange(min = 0, max = 9_999) Integer> steps) {
        LocalFixture log =
                new LocalFixture(
                        SHARDS,
                        Map.of(Account.NAMES, MOST_BYTES),
                        name -> new RingBounds(3, Duration.ofSeconds(1)));
        Map<String, List<Position>> given = new HashMap<>();
        Map<String, Payer> followed = new HashMap<>();
        int number = 0;
        for (int step : steps) {
            String channel = "channel-" + step % CHANNELS;
            Payer payer = log.payer("10.0.0." + step / 100 % ADDRESSES);
            switch (step / 1_000) {
                case 0, 1, 2, 3, 4 -> {
                    CompletableFuture<Appended> appended =
                            log.tryAppend(channel, "m" + number++, "1", payer);
                    if (!appended.isCompletedExceptionally()) {
                        List<Position> positions =
                                given.computeIfAbsent(channel, c -> new ArrayList<>());
                        checkOrder(positions, appended.join().position());
                        positions.add(appended.join().position());
                    }
                }
                case 5 -> {
                    if (log.backbone.follow(channel, new Silent(), payer)) {
                        followed.put(channel, payer);
                    }
                }
                case 6 -> {
                    log.backbone.unfollow(channel);
                    followed.remove(channel);
                }
                default -> log.advance(Duration.ofMillis(step % 1_000));
            }
            for (int address = 0; address < ADDRESSES; address++) {
                assertThat(log.payer("10.0.0." + address).bytes(Account.NAMES))
                        .isLessThanOrEqualTo(MOST_BYTES / 4 + SHARDS * RETIRED_BYTES);
            }
            given.forEach((name, positions) -> checkReads(log, name, positions));
        }
        followed.keySet().forEach(log.backbone::unfollow);
        log.backbone.close();
        assertThat(log.ledger.book(Account.NAMES).bytes()).isZero();
    }

    private static void checkOrder(List<Position> before, Position next) {
        Position last = before.isEmpty() ? null : before.get(before.size() - 1);
        if (last != null && next.generation() == last.generation()) {
            assertThat(next.channelSequence()).isEqualTo(last.channelSequence() + 1);
        } else {
            assertThat(next.channelSequence()).isEqualTo(1);
        }
        assertThat(last == null || next.isAfter(last)).isTrue();
        assertThat(last == null || next.shardSequence() > last.shardSequence()).isTrue();
    }

    private static void checkReads(LocalFixture log, String name, List<Position> positions) {
        for (int i = 0; i < positions.size(); i++) {
            ReadResult result = log.read(name, positions.get(i));
            if (result instanceof Slice slice) {
                assertThat(slice.entries().stream().map(Entry::position))
                        .containsExactlyElementsOf(positions.subList(i + 1, positions.size()));
            } else if (((Unreadable) result).reason() == Reason.TRIMMED) {
                assertThat(((Position) result.top()).generation())
                        .isEqualTo(positions.get(i).generation());
            } else {
                assertThat(((Unreadable) result).reason()).isEqualTo(Reason.UNKNOWN_GENERATION);
                assertThat(((Position) result.top()).isAfter(positions.get(i))).isTrue();
            }
        }
    }

    /** Immutable. */
    private static final class Silent implements BackboneListener {
        @Override
        public void onEntry(Entry entry) {}

        @Override
        public void onGap(String channel, Position from, Position to) {
            throw new AssertionError("a gap of " + channel);
        }
    }
}
