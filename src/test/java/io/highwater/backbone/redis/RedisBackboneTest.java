package io.highwater.backbone.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.backbone.BackboneHealth;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.UnavailableException;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.testing.Ledgers;
import io.highwater.testing.RedisProcess;
import io.highwater.testing.TcpProxy;
import io.highwater.time.Ticker;
import io.lettuce.core.XTrimArgs;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes whose clients resume, on one real Redis. */
final class RedisBackboneTest {
    private static final String CHANNEL = "room.42";
    private static final RingBounds SHORT = new RingBounds(3, Duration.ofMinutes(2));

    @TempDir private Path directory;
    private RedisProcess redis;
    private final List<BackboneNode> nodes = new ArrayList<>();

    @BeforeEach
    void startRedis() throws Exception {
        redis = RedisProcess.start(directory, "--appendonly", "yes");
    }

    @AfterEach
    void stop() throws Exception {
        nodes.forEach(BackboneNode::close);
        redis.close();
    }

    private BackboneNode node() throws Exception {
        return started(new BackboneNode(redis.uri()));
    }

    private BackboneNode node(RingBounds rings) throws Exception {
        return started(
                new BackboneNode(redis.uri(), rings, StreamBounds.defaults(), Ledger.unbounded()));
    }

    private BackboneNode started(BackboneNode node) throws Exception {
        nodes.add(node);
        return node.start();
    }

    @Test
    void aFollowerHearsWhatIsAppendedOnAnyNode() throws Exception {
        BackboneNode a = node();
        BackboneNode b = node();
        List<String> heard = a.follow(CHANNEL);
        a.append(CHANNEL, "m1");
        b.append(CHANNEL, "m2");
        a.append(CHANNEL, "m3");
        await().untilAsserted(() -> assertThat(heard).containsExactly("m1", "m2", "m3"));
    }

    @Test
    void aClientResumesOnAnyNodeAlsoOnOneThatStartedLater() throws Exception {
        BackboneNode a = node();
        List<Position> positions = appendMany(a, 5);
        BackboneNode b = node();
        for (BackboneNode each : List.of(a, b)) {
            Slice slice = (Slice) each.read(CHANNEL, positions.get(1), 10);
            assertThat(msgIds(slice)).containsExactly("m2", "m3", "m4");
            assertThat(slice.left()).isZero();
            assertThat(slice.top()).isEqualTo(positions.get(4));
            Entry entry = slice.entries().get(0);
            assertThat(entry.key()).isEqualTo("key");
            assertThat(entry.secret()).isTrue();
            assertThat(new String(entry.data(), UTF_8)).isEqualTo("\"m2\"");
        }
    }

    private static List<Position> appendMany(BackboneNode node, int count) throws Exception {
        List<Position> positions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            positions.add(node.append(CHANNEL, "m" + i));
        }
        return positions;
    }

    @Test
    void whatTheRingHasNotComesFromTheStream() throws Exception {
        BackboneNode a = node(SHORT);
        List<Position> positions = appendMany(a, 10);
        for (int i = 0; i < 5; i++) {
            a.append("another." + i, "m");
        }
        Slice slice = (Slice) a.read(CHANNEL, positions.get(1), 100);
        assertThat(msgIds(slice)).containsExactly("m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9");
        assertThat(slice.left()).isZero();
        assertThat(slice.entries().get(0).position()).isEqualTo(positions.get(2));
        Slice part = (Slice) a.read(CHANNEL, positions.get(1), 2);
        assertThat(msgIds(part)).containsExactly("m2", "m3");
        assertThat(part.left()).isEqualTo(6);
        Slice top = (Slice) a.read(CHANNEL, positions.get(1), 0);
        assertThat(top.entries()).isEmpty();
        assertThat(top.left()).isEqualTo(8);
    }

    /** A long read must not delay what others ask of Redis, nor what the node appends. */
    @Test
    void theStreamIsReadInShortPagesAndOnAConnectionOfItsOwn() throws Exception {
        BackboneNode a = node(SHORT);
        Position first = a.append(CHANNEL, "first");
        byte[] data = new byte[60 << 10];
        Arrays.fill(data, (byte) '1');
        for (int i = 0; i < 150; i++) {
            BackboneNode.get(
                    a.backbone.append(new Draft(CHANNEL, "p", "m" + i, null, false, data)));
        }
        Slice slice = (Slice) a.read(CHANNEL, first, 500);
        assertThat(slice.entries()).hasSize(150);
        String stats = redis.commands().info("commandstats");
        Matcher calls = Pattern.compile("cmdstat_xrange:calls=(\\d+)").matcher(stats);
        assertThat(calls.find()).isTrue();
        assertThat(Integer.parseInt(calls.group(1))).isGreaterThanOrEqualTo(9);
        assertThat(clients("xrange")).isEqualTo(1);
        a.append(CHANNEL, "last");
        assertThat(clients("xrange")).isEqualTo(1);
    }

    /** How many connections there are whose last command was this one. */
    private long clients(String command) {
        return redis.commands()
                .clientList()
                .lines()
                .filter(line -> line.contains(" cmd=" + command + " "))
                .count();
    }

    @Test
    void whatTheStreamHasNotEitherIsTrimmed() throws Exception {
        BackboneNode a = node(SHORT);
        List<Position> positions = appendMany(a, 10);
        redis.commands().xtrim(ShardKeys.all("test").get(ShardKeys.shardOf(CHANNEL)).log(), 5);
        assertThat(a.read(CHANNEL, positions.get(1), 100))
                .isEqualTo(new Unreadable(Reason.TRIMMED, positions.get(9)));
        assertThat(msgIds((Slice) a.read(CHANNEL, positions.get(4), 100)))
                .containsExactly("m5", "m6", "m7", "m8", "m9");
    }

    /** A client may send any number as the shard's sequence. */
    @Test
    void aPositionWithAWrongShardSequenceIsNeverAnsweredWithAPart() throws Exception {
        BackboneNode a = node(SHORT);
        List<Position> positions = appendMany(a, 10);
        Position own = positions.get(1);
        for (long wrong : new long[] {0, 5, 9, 1_000_000, Long.MAX_VALUE}) {
            Position forged =
                    new Position(own.origin(), own.generation(), wrong, own.channelSequence());
            ReadResult result = a.read(CHANNEL, forged, 100);
            if (result instanceof Slice slice) {
                assertThat(msgIds(slice)).startsWith("m2").hasSize(8);
            } else {
                assertThat(((Unreadable) result).reason()).isEqualTo(Reason.TRIMMED);
            }
        }
    }

    @Test
    void aNodeThatKnowsNothingOfAChannelAsksRedisForItsLastPosition() throws Exception {
        BackboneNode a = node(new RingBounds(0, Duration.ofMinutes(2)));
        Position last = appendMany(a, 3).get(2);
        a.close();
        redis.commands().xtrim(ShardKeys.all("test").get(ShardKeys.shardOf(CHANNEL)).log(), 0);
        BackboneNode b = node();
        List<String> heard = b.follow(CHANNEL);
        Slice slice = (Slice) b.read(CHANNEL, null, 10);
        assertThat(slice.entries()).isEmpty();
        assertThat(((Position) slice.top()).channelSequence()).isEqualTo(3);
        assertThat(b.read(CHANNEL, last, 10)).isInstanceOf(Slice.class);
        assertThat(((Unreadable) b.read(CHANNEL, before(last), 10)).reason())
                .isEqualTo(Reason.TRIMMED);
        b.append(CHANNEL, "m3");
        await().untilAsserted(() -> assertThat(heard).containsExactly("m3"));
    }

    private static Position before(Position position) {
        return new Position(
                position.origin(),
                position.generation(),
                position.shardSequence() - 1,
                position.channelSequence() - 1);
    }

    @Test
    void aClientResumesAcrossARestartOfRedis() throws Exception {
        BackboneNode a = node();
        Position first = appendMany(a, 3).get(0);
        List<String> heard = a.follow(CHANNEL);
        redis.kill();
        redis.start();
        Position next = a.append(CHANNEL, "after");
        assertThat(next.generation()).isGreaterThan(first.generation());
        await().untilAsserted(() -> assertThat(heard).containsExactly("after"));
        Slice slice = (Slice) a.read(CHANNEL, first, 10);
        assertThat(msgIds(slice)).containsExactly("m1", "m2", "after");
        assertThat(slice.entries().get(2).previous()).isEqualTo(slice.entries().get(1).position());
    }

    /** Redis restarts twice, and the generation between is trimmed with the marker of its end. */
    @Test
    void whatANodeMissesOfAWholeGenerationIsNotReadAsIfNothingWereMissing() throws Exception {
        try (TcpProxy link = new TcpProxy(redis.port())) {
            BackboneNode a = started(new BackboneNode("redis://127.0.0.1:" + link.port()));
            BackboneNode b = node();
            List<String> heard = a.follow(CHANNEL);
            Position first = a.append(CHANNEL, "m1");
            await().untilAsserted(() -> assertThat(heard).containsExactly("m1"));
            link.cut();
            redis.kill();
            redis.start();
            b.append(CHANNEL, "m2");
            b.append(CHANNEL, "m3");
            redis.kill();
            redis.start();
            Position fourth = b.append(CHANNEL, "m4");
            redis.commands()
                    .xtrim(
                            ShardKeys.all("test").get(ShardKeys.shardOf(CHANNEL)).log(),
                            new XTrimArgs().minId(fourth.generation() + "-0").exactTrimming());
            link.turnTo(redis.port());
            await().untilAsserted(
                            () -> assertThat(heard).containsExactly("m1", "gap from 1 to 0", "m4"));
            assertThat(((Unreadable) a.read(CHANNEL, first, 10)).reason())
                    .isEqualTo(Reason.UNKNOWN_GENERATION);
            assertThat(msgIds((Slice) b.read(CHANNEL, first, 10)))
                    .containsExactly("m2", "m3", "m4");
        }
    }

    /** A client that was answered "unknown" would drop a cursor that is good. */
    @Test
    void aNodeThatIsBehindAnswersOnceItHasReadOn() throws Exception {
        BackboneNode a = node();
        try (TcpProxy link = new TcpProxy(redis.port())) {
            BackboneNode b = started(new BackboneNode("redis://127.0.0.1:" + link.port()));
            List<String> heard = b.follow(CHANNEL);
            a.append(CHANNEL, "m1");
            await().untilAsserted(() -> assertThat(heard).containsExactly("m1"));
            link.cut();
            Position second = a.append(CHANNEL, "m2");
            assertThatThrownBy(() -> b.read(CHANNEL, second, 10))
                    .isInstanceOf(UnavailableException.class);
            redis.kill();
            redis.start();
            Position third = a.append(CHANNEL, "m3");
            assertThatThrownBy(() -> b.read(CHANNEL, third, 10))
                    .isInstanceOf(UnavailableException.class);
            link.turnTo(redis.port());
            await().ignoreExceptionsInstanceOf(UnavailableException.class)
                    .until(
                            () -> b.read(CHANNEL, third, 10),
                            result -> {
                                assertThat(result).isInstanceOf(Slice.class);
                                return true;
                            });
            assertThat(msgIds((Slice) b.read(CHANNEL, second, 10))).containsExactly("m3");
        }
    }

    @Test
    void theFirstCursorOfAGenerationIsValidOnEveryNode() throws Exception {
        BackboneNode a = node();
        appendMany(a, 3);
        redis.kill();
        redis.start();
        await().until(() -> begun(a));
        BackboneNode b = node();
        Cursor fresh = b.read(CHANNEL, null, 0).top();
        assertThat(((Position) fresh).channelSequence()).isZero();
        assertThat(a.read(CHANNEL, fresh, 10)).isInstanceOf(Slice.class);
        a.append(CHANNEL, "after");
        assertThat(msgIds((Slice) a.read(CHANNEL, fresh, 10))).containsExactly("after");
    }

    /** A second message in the shard shows that its new generation is open. */
    private static boolean begun(BackboneNode node) throws Exception {
        node.append(neighbour(), "m");
        return true;
    }

    /** Another channel of the same shard. */
    private static String neighbour() {
        for (int i = 0; ; i++) {
            if (ShardKeys.shardOf("c" + i) == ShardKeys.shardOf(CHANNEL)) {
                return "c" + i;
            }
        }
    }

    /** A node whose log is short, so that others miss a part of it when they are away. */
    private BackboneNode shortLog(String uri) throws Exception {
        StreamBounds few =
                new StreamBounds(
                        100,
                        Duration.ofMinutes(15),
                        Duration.ofMinutes(5),
                        1_000,
                        Duration.ofHours(1));
        return started(new BackboneNode(uri, RingBounds.defaults(), few, Ledger.unbounded()));
    }

    @Test
    void aFollowerIsToldWhatDidNotComeAlsoIfNothingFollows() throws Exception {
        String other = neighbour();
        try (TcpProxy link = new TcpProxy(redis.port())) {
            BackboneNode a = shortLog(redis.uri());
            BackboneNode b = shortLog("redis://127.0.0.1:" + link.port());
            List<String> heard = b.follow(CHANNEL);
            a.append(CHANNEL, "m1");
            await().untilAsserted(() -> assertThat(heard).containsExactly("m1"));
            link.cut();
            a.append(CHANNEL, "m2");
            a.append(CHANNEL, "m3");
            for (int i = 0; i < 500; i++) {
                a.append(other, "m" + i);
            }
            link.turnTo(redis.port());
            await().untilAsserted(() -> assertThat(heard).containsExactly("m1", "gap from 1 to 3"));
            a.append(CHANNEL, "m4");
            await().untilAsserted(
                            () -> assertThat(heard).containsExactly("m1", "gap from 1 to 3", "m4"));
        }
    }

    /** The node does not know yet which channels missed something. */
    @Test
    void aChannelThatLosesItsFollowerAfterAGapIsNotReadAsIfNothingWereMissing() throws Exception {
        String other = neighbour();
        try (TcpProxy link = new TcpProxy(redis.port())) {
            BackboneNode a = shortLog(redis.uri());
            BackboneNode b = shortLog("redis://127.0.0.1:" + link.port());
            List<String> heard = b.follow(CHANNEL);
            CountDownLatch left = new CountDownLatch(1);
            b.backbone.follow(
                    other,
                    new BackboneListener() {
                        @Override
                        public void onEntry(Entry entry) {
                            b.backbone.unfollow(CHANNEL);
                            left.countDown();
                        }

                        @Override
                        public void onGap(String name, Position from, Position to) {}
                    },
                    null);
            Position first = a.append(CHANNEL, "m1");
            await().untilAsserted(() -> assertThat(heard).containsExactly("m1"));
            link.cut();
            a.append(CHANNEL, "m2");
            Position last = a.append(CHANNEL, "m3");
            for (int i = 0; i < 500; i++) {
                a.append(other, "m" + i);
            }
            link.turnTo(redis.port());
            assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
            Unreadable answer =
                    (Unreadable)
                            await().ignoreExceptionsInstanceOf(UnavailableException.class)
                                    .until(() -> b.read(CHANNEL, first, 10), read -> true);
            assertThat(answer.reason()).isEqualTo(Reason.TRIMMED);
            assertThat(((Position) answer.top()).channelSequence())
                    .isEqualTo(last.channelSequence());
            assertThat(heard).containsExactly("m1");
        }
    }

    @Test
    void whatWaitsAndWhatIsKeptIsChargedToThePublishersAddress() throws Exception {
        Ledger ledger = Ledgers.of(Map.of(Account.RINGS, 1L << 20), Ticker.system());
        BackboneNode a =
                started(
                        new BackboneNode(
                                redis.uri(),
                                RingBounds.defaults(),
                                StreamBounds.defaults(),
                                ledger));
        Payer payer = Ledgers.payer(ledger, "192.0.2.1");
        a.append(CHANNEL, "m1", payer);
        await().untilAsserted(() -> assertThat(payer.bytes(Account.RINGS)).isBetween(100L, 400L));
        redis.pause();
        List<CompletionStage<?>> waiting = new ArrayList<>();
        byte[] data = new byte[60 << 10];
        for (int i = 0; i < 10; i++) {
            waiting.add(
                    a.backbone.append(
                            new Draft(CHANNEL, "p", "large" + i, null, false, data, payer)));
        }
        assertThat(payer.bytes(Account.RINGS)).isBetween(60L << 10, 256L << 10);
        assertThatThrownBy(() -> BackboneNode.get(waiting.get(9)))
                .isInstanceOf(UnavailableException.class);
        redis.resume();
        BackboneNode.get(waiting.get(0));
    }

    @Test
    void healthTellsWhatIsWrongAndRecovers() throws Exception {
        BackboneNode a = node();
        assertThat(a.backbone.health())
                .isEqualTo(
                        new BackboneHealth(
                                BackboneHealth.State.AVAILABLE,
                                "redis://127.0.0.1:" + redis.port()));
        redis.kill();
        await().until(() -> a.backbone.health().state() == BackboneHealth.State.UNAVAILABLE);
        assertThat(a.backbone.health().detail())
                .startsWith("redis://127.0.0.1:" + redis.port() + ": ");
        redis.start();
        await().until(() -> a.backbone.health().state() == BackboneHealth.State.AVAILABLE);
    }

    @Test
    void aReadByTimeFindsTheLastEntryBefore() throws Exception {
        BackboneNode a = node();
        Instant before = Instant.now().minusSeconds(60);
        Position last = appendMany(a, 3).get(2);
        assertThat(at(a, before)).isNull();
        assertThat(at(a, Instant.now().plusSeconds(60))).isEqualTo(last);
    }

    private static @Nullable Cursor at(BackboneNode node, Instant instant) throws Exception {
        return BackboneNode.get(node.backbone.at(CHANNEL, instant, null));
    }

    private static List<String> msgIds(Slice slice) {
        return slice.entries().stream().map(Entry::msgId).toList();
    }
}
