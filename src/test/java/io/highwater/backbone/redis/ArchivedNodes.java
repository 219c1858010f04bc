package io.highwater.backbone.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.archive.SharedArchive;
import io.highwater.backbone.Appended;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.Level;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.RingBounds;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.testing.RedisProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nodes on one real Redis and one archive do, whatever the archive is. */
abstract class ArchivedNodes {
    static final String CHANNEL = "room.42";
    static final RingBounds SHORT = new RingBounds(3, Duration.ofMinutes(2));

    @TempDir Path directory;
    RedisProcess redis;
    private final List<BackboneNode> nodes = new ArrayList<>();

    /** What a node opens: all that are opened in a test have the same entries. */
    protected abstract SharedArchive openArchive() throws Exception;

    @BeforeEach
    final void startRedis() throws Exception {
        redis = RedisProcess.start(directory, "--appendonly", "yes");
    }

    @AfterEach
    final void stop() throws Exception {
        nodes.forEach(BackboneNode::close);
        redis.close();
    }

    final BackboneNode node() throws Exception {
        return node(openArchive());
    }

    final BackboneNode node(SharedArchive archive) throws Exception {
        return started(new BackboneNode(redis.uri(), SHORT, archive));
    }

    final BackboneNode started(BackboneNode node) throws Exception {
        nodes.add(node);
        return node.start();
    }

    static String log() {
        return ShardKeys.all("test").get(ShardKeys.shardOf(CHANNEL)).log();
    }

    static List<Position> appendMany(BackboneNode node, int from, int to) throws Exception {
        List<Position> positions = new ArrayList<>();
        for (int i = from; i < to; i++) {
            positions.add(node.append(CHANNEL, "m" + i));
        }
        return positions;
    }

    static List<String> msgIds(Slice slice) {
        return slice.entries().stream().map(Entry::msgId).toList();
    }

    static List<String> names(int from, int to) {
        List<String> names = new ArrayList<>();
        for (int i = from; i < to; i++) {
            names.add("m" + i);
        }
        return names;
    }

    static CompletableFuture<Appended> tryAppend(BackboneNode node, String msgId) {
        byte[] data = ("\"" + msgId + "\"").getBytes(UTF_8);
        return node.backbone
                .append(new Draft(CHANNEL, "p", msgId, null, false, data))
                .toCompletableFuture();
    }

    @Test
    void anAppendIsDurableOnEveryNode() throws Exception {
        BackboneNode a = node();
        BackboneNode b = node();
        for (int i = 0; i < 5; i++) {
            assertThat(a.append(CHANNEL, "m" + i + "a", null).level()).isEqualTo(Level.DURABLE);
            assertThat(b.append(CHANNEL, "m" + i + "b", null).level()).isEqualTo(Level.DURABLE);
        }
        Appended repeat = b.append(CHANNEL, "m0a", null);
        assertThat(repeat.duplicate()).isTrue();
        assertThat(repeat.level()).isEqualTo(Level.DURABLE);
    }

    @Test
    void aNodeThatEndsLeavesItsShardsToTheOthers() throws Exception {
        BackboneNode a = node();
        appendMany(a, 0, 5);
        BackboneNode b = node();
        a.close();
        appendMany(b, 5, 10);
        BackboneNode c = node();
        b.close();
        appendMany(c, 10, 15);
        assertThat(msgIds((Slice) c.read(CHANNEL, null, 100))).isEqualTo(names(0, 15));
    }

    @Test
    void whatNeitherRingNorStreamHasIsReadFromTheArchive() throws Exception {
        BackboneNode a = node();
        BackboneNode b = node();
        List<Position> positions = appendMany(a, 0, 30);
        redis.commands().xtrim(log(), 5);
        for (BackboneNode each : List.of(a, b)) {
            await().untilAsserted(
                            () ->
                                    assertThat(msgIds((Slice) each.read(CHANNEL, null, 100)))
                                            .isEqualTo(names(0, 30)));
            Slice slice = (Slice) each.read(CHANNEL, positions.get(1), 100);
            assertThat(msgIds(slice)).isEqualTo(names(2, 30));
            assertThat(slice.left()).isZero();
            assertThat(slice.entries().get(0).position()).isEqualTo(positions.get(2));
            Slice page = (Slice) each.read(CHANNEL, positions.get(1), 4);
            assertThat(msgIds(page)).isEqualTo(names(2, 6));
            assertThat(page.left()).isEqualTo(24);
        }
    }

    @Test
    void historyIsReadBackwardsFromTheRingAndThenTheArchive() throws Exception {
        BackboneNode a = node();
        appendMany(a, 0, 10);
        Slice first = before(a, null, 5);
        assertThat(msgIds(first)).containsExactly("m9", "m8", "m7", "m6", "m5");
        assertThat(first.left()).isPositive();
        Slice second = before(a, first.entries().get(4).position(), 5);
        assertThat(msgIds(second)).containsExactly("m4", "m3", "m2", "m1", "m0");
        assertThat(second.left()).isZero();
        Slice inRing = before(a, null, 3);
        assertThat(msgIds(inRing)).containsExactly("m9", "m8", "m7");
        assertThat(inRing.left()).isPositive();
    }

    @Test
    void aRingThatHasAllOfAChannelIsNotTakenForAPart() throws Exception {
        BackboneNode a = node();
        appendMany(a, 0, 3);
        Slice all = before(a, null, 3);
        assertThat(msgIds(all)).containsExactly("m2", "m1", "m0");
        assertThat(all.left()).isZero();
    }

    private static Slice before(BackboneNode node, @Nullable Cursor before, int limit)
            throws Exception {
        return (Slice) BackboneNode.get(node.backbone.readBefore(CHANNEL, before, limit, null));
    }

    @Test
    void historyIsFoundByTime() throws Exception {
        BackboneNode a = node();
        List<Position> positions = appendMany(a, 0, 10);
        assertThat(at(a, Instant.now().plusSeconds(60))).isEqualTo(positions.get(9));
        assertThat(at(a, Instant.now().minusSeconds(60))).isNull();
    }

    private static @Nullable Cursor at(BackboneNode node, Instant instant) throws Exception {
        return BackboneNode.get(node.backbone.at(CHANNEL, instant, null));
    }

    /** Redis has nothing of the former generation, and the nodes are others. */
    @Test
    void aClientResumesAcrossGenerationsOnAnotherNode() throws Exception {
        BackboneNode a = node();
        List<Position> old = appendMany(a, 0, 6);
        a.close();
        redis.commands().flushall();
        BackboneNode b = node();
        Cursor top = b.read(CHANNEL, null, 0).top();
        assertThat(top).isEqualTo(old.get(5));
        assertThat(((Slice) b.read(CHANNEL, old.get(5), 10)).entries()).isEmpty();
        assertThat(msgIds((Slice) b.read(CHANNEL, old.get(2), 10))).isEqualTo(names(3, 6));
        List<Position> next = appendMany(b, 6, 12);
        assertThat(next.get(0).generation()).isGreaterThan(old.get(5).generation());
        Slice slice = (Slice) b.read(CHANNEL, old.get(2), 100);
        assertThat(msgIds(slice)).isEqualTo(names(3, 12));
        assertThat(slice.left()).isZero();
        assertThat(slice.entries().get(3).previous()).isEqualTo(old.get(5));
        assertThat(msgIds(before(b, null, 100))).hasSize(12).startsWith("m11").endsWith("m0");
    }
}
