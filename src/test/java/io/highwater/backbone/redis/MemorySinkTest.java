package io.highwater.backbone.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Entry;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.backbone.memory.NodeMemory;
import io.highwater.backbone.memory.ShardMemory;
import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node keeps of its channels, and tells their followers, whatever the log brings. */
final class MemorySinkTest {
    private static final Duration AGE = Duration.ofMinutes(2);

    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final Ledger ledger = Ledgers.of(Map.of(Account.NAMES, 40_000L), ticker);
    private final NodeMemory node =
            new NodeMemory(
                    "local",
                    new MemorySettings(
                            1, ledger, name -> new RingBounds(1_000, AGE), LogLimit.none()),
                    ticker,
                    wheel);
    private final ShardMemory memory = node.shards().get(0);
    private final List<Map<String, Position>> doubts = new ArrayList<>();
    private final List<String> heard = new ArrayList<>();
    private final MemorySink sink = new MemorySink("local", node, memory, doubts::add);

    @BeforeEach
    void begin() {
        sink.onBegin(new StreamId(7, 0));
    }

    @Test
    void anEntryForWhichThereIsNoRoomLeavesNoFormerPositionBehind() {
        bring(7, 1, 1);
        ticker.advance(AGE.multipliedBy(2), wheel);
        assertThat(top()).isEqualTo(at(7, 1, 1));
        Payer payer = Ledgers.payer(ledger, "192.0.2.1");
        for (int i = 0; memory.follow("f" + i, new Heard(), payer); i++) {
            // Until it has no room.
        }
        long holes = sink.holes();
        sink.onEntry(stored(7, 2, 2, "p", "m"), ticker.nanoTime(), payer);
        sink.onPause();
        assertThat(top()).isNull();
        assertThat(sink.know("c", at(7, 1, 1), holes)).as("asked before").isFalse();
    }

    @Test
    void untilADoubtIsSettledTheLastPositionIsUnknown() {
        follow();
        bring(7, 1, 1);
        sink.onGap(new StreamId(7, 1), new StreamId(7, 9));
        assertThat(top()).isNull();
        assertThat(doubts).containsExactly(Map.of("c", at(7, 1, 1)));
        sink.settle("c", at(7, 1, 1), at(7, 9, 1), sink.holes());
        assertThat(top()).isEqualTo(at(7, 1, 1));
        assertThat(heard).containsExactly("m7-1");
    }

    @Test
    void whatDidNotComeIsToldOnceTheDoubtIsSettled() {
        follow();
        bring(7, 1, 1);
        sink.onGap(new StreamId(7, 1), new StreamId(7, 9));
        sink.settle("c", at(7, 1, 1), at(7, 9, 3), sink.holes());
        sink.settle("c", at(7, 1, 1), at(7, 9, 3), sink.holes());
        assertThat(top()).isEqualTo(at(7, 9, 3));
        bring(7, 10, 4);
        assertThat(heard).containsExactly("m7-1", "gap 1 to 3", "m7-10");
    }

    @Test
    void anEntryThatComesInADoubtShowsWhatIsMissing() {
        follow();
        bring(7, 1, 1);
        sink.onGap(new StreamId(7, 1), new StreamId(7, 9));
        bring(7, 10, 3);
        sink.settle("c", at(7, 1, 1), at(7, 9, 2), sink.holes());
        assertThat(top()).isEqualTo(at(7, 10, 3));
        assertThat(heard).containsExactly("m7-1", "gap 1 to 2", "m7-10");
    }

    @Test
    void aChannelThatLosesItsFollowerInADoubtLeavesNoPositionBehind() {
        follow();
        bring(7, 1, 1);
        sink.onGap(new StreamId(7, 1), new StreamId(7, 9));
        memory.unfollow("c");
        assertThat(top()).isNull();
        follow();
        sink.settle("c", at(7, 1, 1), at(7, 9, 2), sink.holes());
        assertThat(top()).isNull();
        assertThat(sink.know("c", at(7, 9, 2), sink.holes())).isTrue();
        assertThat(top()).isEqualTo(at(7, 9, 2));
    }

    @Test
    void theFirstEntryOfAGenerationNamesThePositionBeforeIt() {
        follow();
        bring(7, 1, 1);
        sink.onGeneration(8);
        bring(8, 1, 1);
        assertThat(heard).containsExactly("m7-1", "m8-1 after " + at(7, 1, 1));
    }

    @Test
    void inADoubtTheFirstEntryOfAGenerationNamesNone() {
        follow();
        bring(7, 1, 1);
        sink.onGap(new StreamId(7, 1), new StreamId(8, 50));
        sink.onGeneration(9);
        bring(9, 3, 1);
        assertThat(heard).containsExactly("m7-1", "gap 1 to 0", "m9-3");
        sink.settle("c", at(7, 1, 1), at(9, 2, 0), sink.holes());
        assertThat(top()).isEqualTo(at(9, 3, 1));
        assertThat(heard).hasSize(3);
    }

    @Test
    void aDoubtThatAGenerationEndsIsToldThoughNothingFollows() {
        follow();
        bring(7, 1, 1);
        sink.onGap(new StreamId(7, 1), new StreamId(8, 50));
        sink.onGeneration(9);
        sink.settle("c", at(7, 1, 1), at(9, 0, 0), sink.holes());
        bring(9, 1, 1);
        assertThat(heard).containsExactly("m7-1", "gap 1 to 0", "m9-1");
    }

    @Test
    void anAnswerFromBeforeAFurtherGapSettlesNothing() {
        follow();
        bring(7, 1, 1);
        sink.onGap(new StreamId(7, 1), new StreamId(7, 9));
        long holes = sink.holes();
        sink.onGap(new StreamId(7, 9), new StreamId(7, 20));
        sink.settle("c", at(7, 1, 1), at(7, 9, 1), holes);
        assertThat(sink.isInDoubt("c", at(7, 1, 1))).isTrue();
        assertThat(doubts).hasSize(2).last().isEqualTo(Map.of("c", at(7, 1, 1)));
    }

    /** Its publisher's node had not read it back when Redis lost it. */
    @Test
    void whatIsSentAgainInANewGenerationIsNotHeardAgain() {
        follow();
        bring(7, 1, 1, "m1");
        bring(7, 2, 2, "m2");
        sink.onGeneration(8);
        bring(8, 1, 1, "m2");
        assertThat(heard).containsExactly("m1", "m2");
        assertThat(top()).isEqualTo(at(8, 1, 1));
        bring(8, 2, 2, "m3");
        assertThat(heard).containsExactly("m1", "m2", "m3 after " + at(7, 2, 2));
    }

    @Test
    void soItIsBetweenNewMessages() {
        follow();
        bring(7, 1, 1, "m1");
        bring(7, 2, 2, "m2");
        sink.onGeneration(8);
        bring(8, 1, 1, "n1");
        bring(8, 2, 2, "m1");
        bring(8, 3, 3, "m2");
        bring(8, 4, 4, "n2");
        bring(8, 5, 5, "n3");
        assertThat(heard)
                .containsExactly(
                        "m1", "m2", "n1 after " + at(7, 2, 2), "n2 after " + at(8, 1, 1), "n3");
    }

    @Test
    void whatIsMissingBeforeARepeatIsTold() {
        follow();
        bring(7, 1, 1, "m1");
        sink.onGeneration(8);
        bring(8, 3, 2, "m1");
        bring(8, 4, 3, "n2");
        assertThat(heard).containsExactly("m1", "gap 1 to 1", "n2 after " + at(8, 2, 1));
    }

    @Test
    void aMessageOfAnotherPublisherIsNoRepeat() {
        follow();
        bring(7, 1, 1, "m1");
        sink.onGeneration(8);
        sink.onEntry(stored(8, 1, 1, "q", "m1"), ticker.nanoTime(), null);
        sink.onPause();
        assertThat(heard).containsExactly("m1", "m1 after " + at(7, 1, 1));
    }

    /** Redis forgot it a moment before this node does. */
    @Test
    void withinAGenerationRedisAloneDecidesWhatIsARepeat() {
        follow();
        bring(7, 1, 1, "m1");
        bring(7, 2, 2, "m1");
        assertThat(heard).containsExactly("m1", "m1");
    }

    private void follow() {
        assertThat(memory.follow("c", new Heard(), null)).isTrue();
    }

    /** An entry of the channel "c". */
    private void bring(long generation, long sequence, long channelSequence) {
        bring(generation, sequence, channelSequence, "m" + generation + "-" + sequence);
    }

    private void bring(long generation, long sequence, long channelSequence, String msgId) {
        Stored entry = stored(generation, sequence, channelSequence, "p", msgId);
        sink.onEntry(entry, ticker.nanoTime(), null);
        sink.onPause();
    }

    private static Stored stored(
            long generation, long sequence, long channelSequence, String publisher, String msgId) {
        return new Stored(
                new StreamId(generation, sequence),
                1,
                "c",
                channelSequence,
                msgId,
                publisher,
                false,
                null,
                "1".getBytes(UTF_8));
    }

    private static Position at(long generation, long sequence, long channelSequence) {
        return new Position("local", generation, sequence, channelSequence);
    }

    private @Nullable Position top() {
        synchronized (memory.lock()) {
            return memory.top("c");
        }
    }

    private final class Heard implements BackboneListener {
        @Override
        public void onEntry(Entry entry) {
            Position previous = entry.previous();
            heard.add(entry.msgId() + (previous == null ? "" : " after " + previous));
        }

        @Override
        public void onGap(String channel, Position from, Position to) {
            heard.add("gap " + from.channelSequence() + " to " + to.channelSequence());
        }
    }
}
