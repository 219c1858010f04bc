package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.archive.SharedArchive;
import io.highwater.backbone.Appended;
import io.highwater.backbone.BackboneHealth;
import io.highwater.backbone.Level;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.UnavailableException;
import io.highwater.limits.Ledger;
import io.highwater.testing.Disk;
import io.highwater.testing.MemoryArchive;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The same with an archive that tests can harm. */
final class ArchivedRedisBackboneTest extends ArchivedNodes {
    private final Disk disk = new Disk();

    @Override
    protected SharedArchive openArchive() {
        return new MemoryArchive(disk);
    }

    /** A node whose publishers are told after 2 s that the log does not answer. */
    private BackboneNode impatient(MemoryArchive archive) throws Exception {
        return started(
                new BackboneNode(
                        redis.uri(),
                        SHORT,
                        StreamBounds.defaults(),
                        Ledger.unbounded(),
                        LogNode.TIMING,
                        archive));
    }

    @Test
    void anAppendIsAcknowledgedOnEveryNodeOnceItIsArchived() throws Exception {
        BackboneNode a = node();
        BackboneNode b = node();
        for (int i = 0; i < 5; i++) {
            for (BackboneNode each : List.of(a, b)) {
                String msgId = "m" + i + (each == a ? "a" : "b");
                Appended appended = each.append(CHANNEL, msgId, null);
                assertThat(appended.level()).isEqualTo(Level.DURABLE);
                assertThat(disk.size()).isGreaterThan(2 * i);
            }
        }
        assertThat(disk.size()).isEqualTo(10);
        Appended repeat = b.append(CHANNEL, "m0a", null);
        assertThat(repeat.duplicate()).isTrue();
        assertThat(repeat.level()).isEqualTo(Level.DURABLE);
        assertThat(disk.size()).isEqualTo(10);
    }

    @Test
    void aNodeThatTakesOverALeaseArchivesFromTheStreamWhatTheOtherDidNot() throws Exception {
        MemoryArchive archiveOfA = new MemoryArchive(disk);
        BackboneNode a = node(archiveOfA);
        appendMany(a, 0, 5);
        archiveOfA.holdWrites();
        CompletableFuture<Appended> held = tryAppend(a, "m5");
        for (int i = 6; i < 200; i++) {
            tryAppend(a, "m" + i);
        }
        await().until(() -> redis.commands().xlen(log()) == 201);
        assertThat(held).isNotDone();
        archiveOfA.kill();
        BackboneNode b = node();
        await().untilAsserted(() -> assertThat(disk.size()).isEqualTo(200));
        assertThat(msgIds((Slice) b.read(CHANNEL, null, 1_000))).isEqualTo(names(0, 200));
    }

    @Test
    void aWriterWhoseLeaseIsTakenLeavesTheShardToTheOther() throws Exception {
        MemoryArchive archiveOfA = new MemoryArchive(disk);
        BackboneNode a = node(archiveOfA);
        appendMany(a, 0, 5);
        BackboneNode b = node();
        for (int i = 0; i < 3; i++) {
            archiveOfA.loseLeases();
            appendMany(a, 5 + 2 * i, 6 + 2 * i);
            appendMany(b, 6 + 2 * i, 7 + 2 * i);
        }
        assertThat(msgIds((Slice) b.read(CHANNEL, null, 100))).isEqualTo(names(0, 11));
    }

    @Test
    void whileTheArchiveCannotBeWrittenEntriesAreDeliveredAndPublishersAreToldToComeBack()
            throws Exception {
        MemoryArchive archive = new MemoryArchive(disk);
        BackboneNode a = impatient(archive);
        List<String> heard = a.follow(CHANNEL);
        a.append(CHANNEL, "m0");
        archive.setFull(true);
        assertThatThrownBy(() -> a.append(CHANNEL, "m1")).isInstanceOf(UnavailableException.class);
        assertThat(heard).containsExactly("m0", "m1");
        assertThatThrownBy(() -> a.append(CHANNEL, "m2"))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("the archive cannot be written now");
        assertThat(a.backbone.health().state()).isEqualTo(BackboneHealth.State.UNAVAILABLE);
        archive.setFull(false);
        await().ignoreExceptions().until(() -> a.append(CHANNEL, "m1", null).duplicate());
        a.append(CHANNEL, "m2");
        assertThat(heard).containsExactly("m0", "m1", "m2");
        assertThat(a.backbone.health().state()).isEqualTo(BackboneHealth.State.AVAILABLE);
        assertThat(msgIds((Slice) a.read(CHANNEL, null, 100))).isEqualTo(names(0, 3));
    }

    @Test
    void whatRedisDroppedBeforeItWasArchivedIsAGapAndTheArchiveGoesOnBehindIt() throws Exception {
        MemoryArchive archiveOfA = new MemoryArchive(disk);
        BackboneNode a = node(archiveOfA);
        appendMany(a, 0, 5);
        archiveOfA.holdWrites();
        for (int i = 5; i < 50; i++) {
            tryAppend(a, "m" + i);
        }
        await().until(() -> redis.commands().xlen(log()) == 51);
        archiveOfA.kill();
        a.close();
        redis.commands().xtrim(log(), 10);
        BackboneNode b = node();
        await().untilAsserted(() -> assertThat(disk.size()).isEqualTo(15));
        b.append(CHANNEL, "m50");
        assertThat(disk.size()).isEqualTo(16);
    }
}
