package io.highwater.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.protocol.Position;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The archive of one test, with a writer of shard 0, and how tests speak to them. */
abstract class ArchiveStore {
    static final String ORIGIN = "local";
    static final PageBounds MANY = new PageBounds(1_000, 1 << 20);

    private static final long GUARD_SECONDS = 60;
    private static final AtomicLong NAMES = new AtomicLong();

    /** Generations are times, since implementations may keep entries by time. */
    static final long GENERATION = 1_795_301_843_554L;

    Archive archive;
    ArchiveWriter writer;

    /** No other test's, as a store may outlive its test. */
    String channel;

    /**
     * Opens the store of this test, which is empty when it is first opened. At most one is open at
     * a time.
     */
    protected abstract Archive open() throws Exception;

    /** The time that entries are archived at: an implementation drops no entry of this age. */
    protected abstract long nowMillis();

    @BeforeEach
    final void openStore() throws Exception {
        channel = "contract." + NAMES.incrementAndGet();
        start();
    }

    @AfterEach
    final void closeStore() throws Exception {
        writer.close();
        archive.close();
    }

    private void start() throws Exception {
        archive = open();
        get(archive.start());
        writer = get(archive.writer(ORIGIN, 0));
    }

    /** Closes the store and opens it again. */
    final void reopen() throws Exception {
        closeStore();
        start();
    }

    final void begin(long generation) throws Exception {
        get(writer.begin(shard(generation, 0)));
    }

    static ShardPosition shard(long generation, long sequence) {
        return new ShardPosition(ORIGIN, generation, sequence);
    }

    static Position position(long generation, long shardSequence, long channelSequence) {
        return new Position(ORIGIN, generation, shardSequence, channelSequence);
    }

    /** An entry of this test's channel, which alone has the shard: both sequences are the same. */
    final ArchivedEntry entry(long generation, long sequence) {
        return entry(position(generation, sequence, sequence), null, "m" + sequence);
    }

    /** Entries from one sequence to another, both included. */
    final List<ArchivedEntry> entries(long generation, int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> entry(generation, i)).toList();
    }

    final ArchivedEntry entry(Position position, @Nullable Position previous, String msgId) {
        return entry(channel, position, previous, msgId, nowMillis());
    }

    static ArchivedEntry entry(
            String channel,
            Position position,
            @Nullable Position previous,
            String msgId,
            long wallMillis) {
        byte[] data = ("\"" + msgId + "\"").getBytes(UTF_8);
        return new ArchivedEntry(
                new Entry(channel, position, previous, msgId, null, false, data, 17),
                "p",
                wallMillis);
    }

    final ArchivePage after(@Nullable Position after) throws Exception {
        return get(archive.readAfter(channel, ORIGIN, after, MANY));
    }

    static List<String> msgIds(ArchivePage page) {
        return page.entries().stream().map(entry -> entry.entry().msgId()).toList();
    }

    static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(GUARD_SECONDS, TimeUnit.SECONDS);
    }

    static void assertUnavailable(CompletionStage<?> stage) {
        assertThatThrownBy(() -> get(stage))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(UnavailableException.class);
    }
}
