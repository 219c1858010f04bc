package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Publishers and subscribers of some channels, and what they find out together. */
final class LogClients {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final List<String> CHANNELS = List.of("orders", "news");
    private static final int PUBLISHERS = 3;
    private static final int SUBSCRIBERS = 3;

    private final List<LogSubscriber> subscribers = new ArrayList<>();
    private final List<LogPublisher> publishers = new ArrayList<>();

    /**
     * Starts them.
     *
     * @param level what each acknowledgement must promise
     */
    LogClients(URI server, String level) throws Exception {
        for (String channel : CHANNELS) {
            for (int i = 0; i < SUBSCRIBERS; i++) {
                subscribers.add(new LogSubscriber(server, channel + "-reader-" + i, channel));
            }
            for (int i = 0; i < PUBLISHERS; i++) {
                publishers.add(new LogPublisher(server, channel + "-writer-" + i, channel, level));
            }
        }
        subscribers.forEach(LogClient::start);
        for (LogSubscriber subscriber : subscribers) {
            subscriber.awaitFollows();
        }
        publishers.forEach(LogClient::start);
    }

    /** Waits until each publisher has had so many more acknowledgements. */
    void awaitProgress(int more) {
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

    /**
     * Ends them once all is acknowledged and received, and checks that nothing is lost, doubled or
     * reordered.
     *
     * @param resumptions how often each subscriber must have resumed at least
     */
    void endAndCheck(int resumptions) throws Exception {
        for (LogPublisher publisher : publishers) {
            publisher.end(PATIENCE);
        }
        for (LogSubscriber subscriber : subscribers) {
            subscriber.expect(acknowledged(channelOf(subscriber)).size());
        }
        for (LogSubscriber subscriber : subscribers) {
            subscriber.end(PATIENCE);
        }
        for (LogSubscriber subscriber : subscribers) {
            check(subscriber, resumptions);
        }
    }

    private void check(LogSubscriber subscriber, int resumptions) {
        String channel = channelOf(subscriber);
        assertThat(subscriber.wrong).as(subscriber.name()).isEmpty();
        assertThat(subscriber.resumed).as(subscriber.name()).isGreaterThanOrEqualTo(resumptions);
        assertThat(new HashSet<>(subscriber.received))
                .as("doubled")
                .hasSameSizeAs(subscriber.received);
        assertThat(subscriber.received)
                .as("lost")
                .containsExactlyInAnyOrderElementsOf(acknowledged(channel));
        for (LogPublisher publisher : publishers) {
            if (channelOf(publisher).equals(channel)) {
                assertThat(subscriber.received)
                        .as("reordered")
                        .containsSubsequence(publisher.acknowledged);
            }
        }
        assertThat(subscriber.received).as("two see the same").isEqualTo(first(channel).received);
    }

    private static String channelOf(LogClient client) {
        return client.name().substring(0, client.name().indexOf('-'));
    }

    private List<String> acknowledged(String channel) {
        List<String> all = new ArrayList<>();
        for (LogPublisher publisher : publishers) {
            if (channelOf(publisher).equals(channel)) {
                all.addAll(publisher.acknowledged);
            }
        }
        return all;
    }

    private LogSubscriber first(String channel) {
        return subscribers.stream()
                .filter(subscriber -> channelOf(subscriber).equals(channel))
                .findFirst()
                .orElseThrow();
    }
}
