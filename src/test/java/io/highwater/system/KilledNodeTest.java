package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.FreePort;
import io.highwater.testing.Seed;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A single node with an archive in a folder is killed under load, again and again. */
@Timeout(600)
final class KilledNodeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int KILLS = 5;
    private static final List<String> CHANNELS = List.of("orders", "news");
    private static final int PUBLISHERS = 3;
    private static final int SUBSCRIBERS = 3;

    @TempDir(cleanup = CleanupMode.NEVER)
    private Path folder;

    private NodeProcess node;

    @AfterEach
    void stop() {
        if (node != null) {
            node.close();
        }
    }

    private NodeProcess start(int port) throws Exception {
        return NodeProcess.start(
                folder,
                Map.of(
                        "highwater.port", String.valueOf(port),
                        "highwater.node", "killed",
                        "highwater.archive.url", "file:" + folder.resolve("archive"),
                        "highwater.limits.commands-per-second", "1000000",
                        "highwater.limits.commands-burst", "1000000"));
    }

    @Test
    void nothingIsLostDoubledOrReorderedAndClientsResume() throws Exception {
        Random random = Seed.random();
        node = start(FreePort.findForRestarts());
        URI server = URI.create("http://127.0.0.1:" + node.port());
        List<LogSubscriber> subscribers = new ArrayList<>();
        List<LogPublisher> publishers = new ArrayList<>();
        for (String channel : CHANNELS) {
            for (int i = 0; i < SUBSCRIBERS; i++) {
                subscribers.add(new LogSubscriber(server, channel + "-reader-" + i, channel));
            }
            for (int i = 0; i < PUBLISHERS; i++) {
                publishers.add(
                        new LogPublisher(server, channel + "-writer-" + i, channel, "durable"));
            }
        }
        subscribers.forEach(LogClient::start);
        for (LogSubscriber subscriber : subscribers) {
            subscriber.awaitFollows();
        }
        publishers.forEach(LogClient::start);
        for (int kill = 0; kill < KILLS; kill++) {
            awaitProgress(publishers, 100 + random.nextInt(100));
            node.signal("KILL");
            node.awaitExit();
            node = start(node.port());
        }
        awaitProgress(publishers, 50);
        for (LogPublisher publisher : publishers) {
            publisher.end(PATIENCE);
        }
        for (LogSubscriber subscriber : subscribers) {
            subscriber.expect(acknowledged(publishers, channelOf(subscriber)).size());
        }
        for (LogSubscriber subscriber : subscribers) {
            subscriber.end(PATIENCE);
        }
        check(publishers, subscribers);
    }

    private static String channelOf(LogClient client) {
        return client.name().substring(0, client.name().indexOf('-'));
    }

    /** Waits until each publisher has had so many more acknowledgements. */
    private static void awaitProgress(List<LogPublisher> publishers, int more) {
        List<Integer> before = publishers.stream().map(LogPublisher::count).toList();
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            for (int i = 0; i < before.size(); i++) {
                                if (publishers.get(i).count() < before.get(i) + more) {
                                    return false;
                                }
                            }
                            return true;
                        });
    }

    private static List<String> acknowledged(List<LogPublisher> publishers, String channel) {
        List<String> all = new ArrayList<>();
        for (LogPublisher publisher : publishers) {
            if (channelOf(publisher).equals(channel)) {
                all.addAll(publisher.acknowledged);
            }
        }
        return all;
    }

    private static void check(List<LogPublisher> publishers, List<LogSubscriber> subscribers) {
        for (LogSubscriber subscriber : subscribers) {
            String channel = channelOf(subscriber);
            assertThat(subscriber.wrong).as(subscriber.name()).isEmpty();
            assertThat(subscriber.resumed).as(subscriber.name()).isGreaterThanOrEqualTo(KILLS);
            assertThat(new HashSet<>(subscriber.received))
                    .as("doubled")
                    .hasSameSizeAs(subscriber.received);
            assertThat(subscriber.received)
                    .as("lost")
                    .containsExactlyInAnyOrderElementsOf(acknowledged(publishers, channel));
            for (LogPublisher publisher : publishers) {
                if (channelOf(publisher).equals(channel)) {
                    assertThat(subscriber.received)
                            .as("reordered")
                            .containsSubsequence(publisher.acknowledged);
                }
            }
            assertThat(subscriber.received)
                    .as("two see the same")
                    .isEqualTo(first(subscribers, channel).received);
        }
    }

    private static LogSubscriber first(List<LogSubscriber> subscribers, String channel) {
        return subscribers.stream()
                .filter(subscriber -> channelOf(subscriber).equals(channel))
                .findFirst()
                .orElseThrow();
    }
}
