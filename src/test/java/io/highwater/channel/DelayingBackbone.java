package io.highwater.channel;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneHealth;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.UnavailableException;
import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A log that takes its time, within the contract: an entry may be heard late, even by a listener
 * that has left; a read may look late, and answer later still. Confined to its test.
 */
final class DelayingBackbone implements Backbone {
    private record Heard(BackboneListener listener, Entry entry) {}

    private final Backbone log;
    private final List<Heard> underWay = new ArrayList<>();
    private final List<Read> reads = new ArrayList<>();

    int follows;

    /** Whether a read is answered at once. */
    boolean prompt;

    DelayingBackbone(Backbone log) {
        this.log = log;
    }

    @Override
    public CompletionStage<Appended> append(Draft draft) {
        return log.append(draft);
    }

    @Override
    public boolean follow(String channel, BackboneListener listener, @Nullable Payer payer) {
        follows++;
        return log.follow(
                channel,
                new BackboneListener() {
                    @Override
                    public void onEntry(Entry entry) {
                        underWay.add(new Heard(listener, entry));
                    }

                    @Override
                    public void onGap(String gapped, Position from, Position to) {
                        throw new AssertionError("nothing throws");
                    }
                },
                payer);
    }

    @Override
    public void unfollow(String channel) {
        follows--;
        log.unfollow(channel);
    }

    /** The first so many entries that are under way arrive. */
    void deliver(int count) {
        for (int i = 0; i < count && !underWay.isEmpty(); i++) {
            Heard heard = underWay.remove(0);
            heard.listener.onEntry(heard.entry);
        }
    }

    /** The first entry that is under way does not arrive, and that is told. */
    void lose() {
        if (!underWay.isEmpty()) {
            Heard lost = underWay.remove(0);
            Position to = lost.entry.position();
            Position from =
                    new Position(
                            to.origin(),
                            to.generation(),
                            to.shardSequence() - 1,
                            to.channelSequence() - 1);
            lost.listener.onGap(lost.entry.channel(), from, to);
        }
    }

    @Override
    public CompletionStage<ReadResult> readAfter(
            String channel, @Nullable Cursor after, int limit, @Nullable Payer payer) {
        if (prompt) {
            return log.readAfter(channel, after, limit, payer);
        }
        return delayed(() -> log.readAfter(channel, after, limit, payer));
    }

    private CompletionStage<ReadResult> delayed(Supplier<CompletionStage<ReadResult>> question) {
        Read read = new Read(question);
        reads.add(read);
        return read.answer;
    }

    int openReads() {
        return reads.size();
    }

    /** A read looks at the log now, and does not answer yet. */
    void look(int which) {
        if (!reads.isEmpty()) {
            reads.get(which % reads.size()).look();
        }
    }

    /** A read answers. */
    void answer(int which) {
        if (!reads.isEmpty()) {
            Read read = reads.remove(which % reads.size());
            read.look();
            read.answer.complete(read.result);
        }
    }

    void fail(int which) {
        if (!reads.isEmpty()) {
            reads.remove(which % reads.size())
                    .answer
                    .completeExceptionally(
                            new UnavailableException("as the test wants it", Duration.ZERO));
        }
    }

    @Override
    public CompletionStage<@Nullable Void> start() {
        return log.start();
    }

    @Override
    public CompletionStage<ReadResult> readBefore(
            String channel, @Nullable Cursor before, int limit, @Nullable Payer payer) {
        return prompt
                ? log.readBefore(channel, before, limit, payer)
                : delayed(() -> log.readBefore(channel, before, limit, payer));
    }

    @Override
    public CompletionStage<@Nullable Cursor> at(
            String channel, Instant instant, @Nullable Payer payer) {
        return log.at(channel, instant, payer);
    }

    @Override
    public BackboneHealth health() {
        return log.health();
    }

    @Override
    public void close() {
        throw new AssertionError("a hub does not close its log");
    }

    private final class Read {
        private final Supplier<CompletionStage<ReadResult>> question;
        private final CompletableFuture<ReadResult> answer = new CompletableFuture<>();
        private @Nullable ReadResult result;

        private Read(Supplier<CompletionStage<ReadResult>> question) {
            this.question = question;
        }

        private void look() {
            if (result == null) {
                result = question.get().toCompletableFuture().join();
            }
        }
    }
}
