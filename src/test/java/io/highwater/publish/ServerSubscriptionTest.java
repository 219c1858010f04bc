package io.highwater.publish;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.Highwater;
import io.highwater.protocol.Position;
import io.highwater.protocol.ResumeFailure;
import io.highwater.protocol.Since;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The application subscribes, through a whole node. Time limits are guards. */
@Timeout(120)
final class ServerSubscriptionTest {
    private static final long PATIENCE_SECONDS = 60;

    private static Highwater node;
    private static Channels channels;

    @BeforeAll
    static void start() throws Exception {
        node =
                Highwater.builder()
                        .port(0)
                        .adminPort(0)
                        .drainWindow(Duration.ZERO)
                        .set("highwater.channels.small.prefix", "small")
                        .set("highwater.channels.small.history-messages", 10)
                        .set("highwater.channels.none.prefix", "none")
                        .set("highwater.channels.none.history-messages", 0)
                        .start();
        channels = node.channels();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** Writes down what it is told; asks for so many messages at the start. */
    private static class Recording implements ChannelListener {
        final BlockingQueue<Object> told = new LinkedBlockingQueue<>();
        private final long first;
        volatile @Nullable ChannelSubscription subscription;

        Recording(long first) {
            this.first = first;
        }

        @Override
        public void onSubscribed(ChannelSubscription subscribed, SubscriptionStart start) {
            subscription = subscribed;
            told.add(start);
            if (first > 0) {
                subscribed.request(first);
            }
        }

        @Override
        public void onMessage(Message message) {
            told.add(message);
        }

        @Override
        public void onSkipped(SkippedMessages skipped) {
            told.add(skipped);
        }

        @Override
        public void onEnded(Throwable cause) {
            told.add(cause);
        }

        <T> T next(Class<T> type) throws InterruptedException {
            Object next = told.poll(PATIENCE_SECONDS, SECONDS);
            assertThat(next).isInstanceOf(type);
            return type.cast(next);
        }

        String json() throws InterruptedException {
            return next(Message.class).json();
        }
    }

    private static Recording subscribed(String channel, Since since, long demand)
            throws InterruptedException {
        Recording recording = new Recording(demand);
        channels.subscribe(channel, since, recording);
        return recording;
    }

    /**
     * Publishes numbers, and returns once all subscriptions that exist have heard of them: the
     * fan-out tells them in the order in which they came, so one that comes later hears last.
     */
    private static Published publishAll(String channel, int messages) throws Exception {
        Recording last = subscribed(channel, new Since.Live(), Long.MAX_VALUE);
        last.next(SubscriptionStart.class);
        Published first = publish(channel, 0);
        assertThat(last.json()).isEqualTo("0");
        for (int i = 1; i < messages; i++) {
            publish(channel, i);
            assertThat(last.json()).isEqualTo("" + i);
        }
        last.subscription.cancel();
        return first;
    }

    private static Published publish(String channel, int number) throws Exception {
        return channels.publish(channel, String.valueOf(number))
                .toCompletableFuture()
                .get(PATIENCE_SECONDS, SECONDS);
    }

    @Test
    void messagesComeAsTheyAreAskedFor() throws Exception {
        Recording recording = subscribed("demand", new Since.Live(), 0);
        assertThat(recording.next(SubscriptionStart.class).recovered()).isTrue();
        for (int i = 0; i < 5; i++) {
            publish("demand", i);
        }
        recording.subscription.request(2);
        assertThat(recording.json()).isEqualTo("0");
        assertThat(recording.json()).isEqualTo("1");
        assertThat(recording.told).isEmpty();
        recording.subscription.request(Long.MAX_VALUE);
        recording.subscription.request(Long.MAX_VALUE);
        for (int i = 2; i < 5; i++) {
            assertThat(recording.json()).isEqualTo("" + i);
        }
        publish("demand", 5);
        assertThat(recording.json()).isEqualTo("5");
        assertThatThrownBy(() -> recording.subscription.request(0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSlowListenerGetsEverythingThatTheLogStillHas() throws Exception {
        Recording recording = subscribed("slow", new Since.Live(), 0);
        recording.next(SubscriptionStart.class);
        int messages = ServerSubscription.MOST_WAITING + 300;
        publishAll("slow", messages);
        recording.subscription.request(Long.MAX_VALUE);
        for (int i = 0; i < messages; i++) {
            assertThat(recording.json()).isEqualTo("" + i);
        }
        publish("slow", messages);
        assertThat(recording.json()).isEqualTo("" + messages);
    }

    @Test
    void whatTheLogHasTrimmedIsToldAsSkipped() throws Exception {
        Recording recording = subscribed("small.a", new Since.Live(), 0);
        recording.next(SubscriptionStart.class);
        int messages = ServerSubscription.MOST_WAITING + 50;
        Published first = publishAll("small.a", messages);
        recording.subscription.request(Long.MAX_VALUE);
        SkippedMessages skipped = recording.next(SkippedMessages.class);
        assertThat(skipped.count()).isEqualTo(messages - 10);
        assertThat(skipped.to().at("local").channelSequence())
                .isEqualTo(first.position().channelSequence() + messages - 11);
        for (int i = messages - 10; i < messages; i++) {
            assertThat(recording.json()).isEqualTo("" + i);
        }
    }

    @Test
    void withoutHistoryLiveMessagesStillCome() throws Exception {
        Recording recording = subscribed("none.a", new Since.Live(), Long.MAX_VALUE);
        recording.next(SubscriptionStart.class);
        for (int i = 0; i < 20; i++) {
            publish("none.a", i);
            assertThat(recording.json()).isEqualTo("" + i);
        }
    }

    @Test
    void aSubscriptionResumesAfterAPosition() throws Exception {
        Published first = publish("resume", 1);
        publish("resume", 2);
        Recording recording = subscribed("resume", new Since.After(first.position()), 10);
        SubscriptionStart start = recording.next(SubscriptionStart.class);
        assertThat(start.recovered()).isTrue();
        assertThat(recording.json()).isEqualTo("2");
        publish("resume", 3);
        assertThat(recording.json()).isEqualTo("3");
    }

    @Test
    void whatCannotBeResumedIsToldAndLiveMessagesFollow() throws Exception {
        publish("unknown", 1);
        Position elsewhere = new Position("local", 17, 1, 1);
        Recording recording = subscribed("unknown", new Since.After(elsewhere), 10);
        assertThat(recording.next(SubscriptionStart.class).reason())
                .isEqualTo(ResumeFailure.UNKNOWN_GENERATION);
        publish("unknown", 2);
        assertThat(recording.json()).isEqualTo("2");
    }

    @Test
    void theLatestOfEachKeyComeFirst() throws Exception {
        for (int i = 0; i < 6; i++) {
            channels.publish("prices", "" + i, PublishOptions.of().withKey("k" + i % 2))
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, SECONDS);
        }
        Recording recording = subscribed("prices", new Since.Latest(), 10);
        recording.next(SubscriptionStart.class);
        for (int i = 4; i < 6; i++) {
            Message message = recording.next(Message.class);
            assertThat(message.snapshot()).isTrue();
            assertThat(message.json()).isEqualTo("" + i);
        }
        publish("prices", 6);
        assertThat(recording.next(Message.class).snapshot()).isFalse();
    }

    @Test
    void anEphemeralChannelHasNoPlaceToResume() throws Exception {
        Recording recording = subscribed("ephemeral:x", new Since.Latest(), 1);
        SubscriptionStart start = recording.next(SubscriptionStart.class);
        assertThat(start.reason()).isEqualTo(ResumeFailure.EPHEMERAL);
        assertThat(start.cursor()).isNull();
        publish("ephemeral:x", 1);
        assertThat(recording.json()).isEqualTo("1");
        for (int i = 0; i < 2 * ServerSubscription.MOST_WAITING; i++) {
            publish("ephemeral:x", i);
        }
        recording.subscription.request(1);
        assertThat(recording.next(Message.class).position()).isNull();
    }

    @Test
    void aListenerThatThrowsIsToldTheEndAndNothingElse() throws Exception {
        RuntimeException mine = new IllegalStateException("mine");
        Recording recording =
                new Recording(10) {
                    @Override
                    public void onMessage(Message message) {
                        throw mine;
                    }
                };
        channels.subscribe("throwing", new Since.Live(), recording);
        recording.next(SubscriptionStart.class);
        publish("throwing", 1);
        publish("throwing", 2);
        assertThat(recording.next(IllegalStateException.class)).isSameAs(mine);
        publish("throwing", 3);
        Recording other = subscribed("throwing", new Since.Live(), 10);
        other.next(SubscriptionStart.class);
        publish("throwing", 4);
        assertThat(other.json()).isEqualTo("4");
        assertThat(recording.told).isEmpty();
    }

    @Test
    void nothingComesAfterCancel() throws Exception {
        Recording recording = subscribed("cancelled", new Since.Live(), 10);
        recording.next(SubscriptionStart.class);
        recording.subscription.cancel();
        recording.subscription.cancel();
        Recording other = subscribed("cancelled", new Since.Live(), 10);
        other.next(SubscriptionStart.class);
        publish("cancelled", 1);
        assertThat(other.json()).isEqualTo("1");
        assertThat(recording.told).isEmpty();
    }

    @Test
    void aListenerThatBlocksKeepsNobodyElseWaiting() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Recording blocked =
                new Recording(Long.MAX_VALUE) {
                    @Override
                    public void onMessage(Message message) {
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        super.onMessage(message);
                    }
                };
        channels.subscribe("blocked", new Since.Live(), blocked);
        blocked.next(SubscriptionStart.class);
        Recording other = subscribed("blocked", new Since.Live(), Long.MAX_VALUE);
        other.next(SubscriptionStart.class);
        for (int i = 0; i < 600; i++) {
            publish("blocked", i);
            assertThat(other.json()).isEqualTo("" + i);
        }
        release.countDown();
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            all.add(blocked.json());
        }
        assertThat(all).isEqualTo(IntStream.range(0, 600).mapToObj(String::valueOf).toList());
    }

    @Test
    void nobodySeesASubscriptionOfTheApplication() throws Exception {
        Recording recording = subscribed("unseen", new Since.Live(), 10);
        recording.next(SubscriptionStart.class);
        Subscribers who =
                channels.presence("unseen").toCompletableFuture().get(PATIENCE_SECONDS, SECONDS);
        assertThat(who.count()).isZero();
    }

    @Test
    void theEndOfTheNodeIsTold() throws Exception {
        Recording recording = new Recording(10);
        try (Highwater other = Highwater.builder().port(0).adminPort(0).start()) {
            other.channels().subscribe("a", new Since.Live(), recording);
            recording.next(SubscriptionStart.class);
        }
        await().atMost(Duration.ofSeconds(PATIENCE_SECONDS)).until(() -> !recording.told.isEmpty());
        assertThat(recording.next(Throwable.class)).hasMessage("the node is stopping");
    }
}
