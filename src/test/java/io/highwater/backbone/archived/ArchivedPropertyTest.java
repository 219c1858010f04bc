package io.highwater.backbone.archived;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.RingBounds;
import io.highwater.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Publishers that send a message again until it is acknowledged, as docs/protocol.md rule 8 asks,
 * while the archive is full, hangs and fails, and the node is killed: nothing that was acknowledged
 * or heard is lost, nothing is doubled, and each publisher's messages keep their order.
 */
final class ArchivedPropertyTest {
    private static final int CHANNELS = 3;

    /** One that publishes to one channel. It has at most three messages under way. */
    private static final class Publisher {
        final String name;
        final String channel;
        final List<String> acknowledged = new ArrayList<>();
        final List<CompletableFuture<Appended>> underWay = new ArrayList<>();
        int firstUnderWay;

        Publisher(String name, String channel) {
            this.name = name;
            this.channel = channel;
        }

        String message(int number) {
            return name + "-" + number;
        }

        /** Takes the answers that came, in their order; what failed is sent again from there. */
        void settle(Map<String, Position> positions) {
            while (!underWay.isEmpty() && underWay.get(0).isDone()) {
                if (underWay.get(0).isCompletedExceptionally()) {
                    // Not before all that was under way has an answer.
                    if (underWay.stream().allMatch(CompletableFuture::isDone)) {
                        underWay.clear();
                    }
                    return;
                }
                String message = message(firstUnderWay++);
                Position position = underWay.remove(0).join().position();
                acknowledged.add(message);
                positions.merge(
                        message,
                        position,
                        (one, other) -> {
                            assertThat(other).isEqualTo(one);
                            return one;
                        });
            }
        }

        void publish(ArchivedFixture log) {
            boolean failed =
                    underWay.stream().anyMatch(CompletableFuture::isCompletedExceptionally);
            if (!failed && underWay.size() < 3) {
                String message = message(firstUnderWay + underWay.size());
                underWay.add(log.append(channel, name, message, null));
            }
        }
    }

    @Property(tries = 400)
    void nothingIsLostDoubledOrReordered(
            @ForAll @Size(max = 120) List<@IntRange(min = 0, max = 99) Integer> steps) {
        ArchivedFixture log =
                new ArchivedFixture(Map.of(), new RingBounds(3, Duration.ofSeconds(20)));
        List<Publisher> publishers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            publishers.add(new Publisher("p" + i, "c" + i % CHANNELS));
        }
        Map<String, Position> positions = new HashMap<>();
        Map<String, List<String>> heard = new HashMap<>();
        List<ArchivedFixture.Recorder> recorders = follow(log);
        for (int step : steps) {
            if (step < 60) {
                publishers.get(step % 6).publish(log);
            } else {
                switch (step % 10) {
                    case 0 -> log.archive.holdWrites();
                    case 1 -> log.archive.releaseWrites();
                    case 2 -> log.archive.failWrites();
                    case 3 -> log.archive.setFull(true);
                    case 4, 5 -> log.archive.setFull(false);
                    case 6 -> {
                        hear(recorders, heard);
                        log.restart();
                        recorders = follow(log);
                    }
                    case 7 -> log.archive.holdAnswers();
                    case 8 -> log.archive.releaseAnswers();
                    default -> {
                        if (step == 99) {
                            longOutage(log, publishers, positions);
                        }
                        log.advance(Duration.ofMillis(700L * (step % 7)));
                    }
                }
            }
            publishers.forEach(publisher -> publisher.settle(positions));
        }
        log.archive.setFull(false);
        log.archive.releaseWrites();
        log.archive.releaseAnswers();
        for (int i = 0; i < 6; i++) {
            log.advance(Duration.ofSeconds(1));
            publishers.forEach(publisher -> publisher.settle(positions));
            publishers.forEach(publisher -> publisher.publish(log));
        }
        publishers.forEach(publisher -> publisher.settle(positions));
        hear(recorders, heard);
        assertThat(publishers).allMatch(publisher -> publisher.acknowledged.size() >= 4);
        check(log, publishers, positions, heard);
    }

    /** Longer than a message's repeats are known, with publishers that do not give up. */
    private static void longOutage(
            ArchivedFixture log, List<Publisher> publishers, Map<String, Position> positions) {
        log.archive.setFull(true);
        for (int i = 0; i < 14; i++) {
            publishers.forEach(publisher -> publisher.publish(log));
            log.advance(Duration.ofSeconds(30));
            publishers.forEach(publisher -> publisher.settle(positions));
        }
        log.archive.setFull(false);
    }

    private static List<ArchivedFixture.Recorder> follow(ArchivedFixture log) {
        List<ArchivedFixture.Recorder> recorders = new ArrayList<>();
        for (int c = 0; c < CHANNELS; c++) {
            recorders.add(log.follow("c" + c));
        }
        return recorders;
    }

    private static void hear(
            List<ArchivedFixture.Recorder> recorders, Map<String, List<String>> heard) {
        for (int c = 0; c < CHANNELS; c++) {
            heard.computeIfAbsent("c" + c, name -> new ArrayList<>())
                    .addAll(recorders.get(c).msgIds());
        }
    }

    private static void check(
            ArchivedFixture log,
            List<Publisher> publishers,
            Map<String, Position> positions,
            Map<String, List<String>> heard) {
        for (int c = 0; c < CHANNELS; c++) {
            String channel = "c" + c;
            Slice slice = (Slice) log.read(channel, null, 1_000);
            List<String> all = ArchivedFixture.msgIds(slice);
            Set<String> once = new HashSet<>(all);
            assertThat(all).hasSameSizeAs(once);
            // What was heard while a node lived is a part of it, in its order.
            assertThat(all).containsSubsequence(heard.get(channel));
            Position last = null;
            for (Entry entry : slice.entries()) {
                assertThat(last == null || entry.follows(last)).as(all.toString()).isTrue();
                Position known = positions.get(entry.msgId());
                assertThat(known == null || known.equals(entry.position())).isTrue();
                last = entry.position();
            }
            for (Publisher publisher : publishers) {
                if (publisher.channel.equals(channel)) {
                    assertThat(all).containsSubsequence(publisher.acknowledged);
                }
            }
        }
    }
}
