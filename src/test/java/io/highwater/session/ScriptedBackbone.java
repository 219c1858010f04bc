package io.highwater.session;

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
import io.highwater.testing.Stray;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Another backbone, whose appends wait for the test or fail when it says so. Confined to the test.
 */
final class ScriptedBackbone implements Backbone {
    private final Backbone real;
    final List<Draft> drafts = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, BackboneListener> followers = new ConcurrentHashMap<>();
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private final List<LateRead> lateReads = new ArrayList<>();
    final Stray appends = new Stray();
    final Stray follows = new Stray();
    final Stray reads = new Stray();
    private int readsToGo = Integer.MAX_VALUE;
    private boolean holding;
    private boolean failing;

    private record Held(Draft draft, CompletableFuture<Appended> answer) {}

    private record LateRead(
            CompletionStage<ReadResult> read, CompletableFuture<ReadResult> answer) {}

    ScriptedBackbone(Backbone real) {
        this.real = real;
    }

    /** From now on appends and reads fail, or don't. */
    void failing(boolean yes) {
        failing = yes;
    }

    /** From now on appends wait for {@link #letOne}. */
    void hold() {
        holding = true;
    }

    void holdNoMore() {
        holding = false;
    }

    int waiting() {
        return held.size();
    }

    /** Carries out the oldest that waits. */
    void letOne() {
        Held oldest = held.remove();
        appended(oldest.draft())
                .whenComplete(
                        (appended, failure) -> {
                            if (appended == null) {
                                oldest.answer().completeExceptionally(failure);
                                failBehind(oldest.draft(), failure);
                            } else {
                                oldest.answer().complete(appended);
                            }
                        });
    }

    /** None overtakes one that failed. */
    private void failBehind(Draft failed, Throwable failure) {
        for (Held one : List.copyOf(held)) {
            if (one.draft().channel().equals(failed.channel())
                    && one.draft().publisher().equals(failed.publisher())) {
                held.remove(one);
                one.answer().completeExceptionally(failure);
            }
        }
    }

    @Override
    public CompletionStage<Appended> append(Draft draft) {
        if (holding) {
            Held one = new Held(draft, new CompletableFuture<>());
            held.add(one);
            return one.answer();
        }
        appends.call();
        return appended(draft);
    }

    private CompletionStage<Appended> appended(Draft draft) {
        drafts.add(draft);
        return failing ? unavailable() : real.append(draft);
    }

    private static <T> CompletionStage<T> unavailable() {
        return CompletableFuture.failedFuture(
                new UnavailableException("scripted", Duration.ofMillis(800)));
    }

    @Override
    public boolean follow(String channel, BackboneListener listener, @Nullable Payer payer) {
        follows.call();
        followers.put(channel, listener);
        return real.follow(channel, listener, payer);
    }

    /** An entry that its log recovered after its turn; no read brings it. */
    void late(Entry entry) {
        BackboneListener follower = followers.get(entry.channel());
        if (follower != null) {
            follower.onEntry(entry);
        }
    }

    @Override
    public void unfollow(String channel) {
        real.unfollow(channel);
    }

    @Override
    public CompletionStage<ReadResult> readAfter(
            String channel, @Nullable Cursor after, int limit, @Nullable Payer payer) {
        return read(() -> real.readAfter(channel, after, limit, payer));
    }

    @Override
    public CompletionStage<ReadResult> readBefore(
            String channel, @Nullable Cursor before, int limit, @Nullable Payer payer) {
        return read(() -> real.readBefore(channel, before, limit, payer));
    }

    private CompletionStage<ReadResult> read(Supplier<CompletionStage<ReadResult>> question) {
        reads.call();
        CompletionStage<ReadResult> read = failing ? unavailable() : question.get();
        if (readsToGo > 0) {
            readsToGo--;
            return read;
        }
        CompletableFuture<ReadResult> late = new CompletableFuture<>();
        lateReads.add(new LateRead(read, late));
        return late;
    }

    /** After so many more, reads wait for {@link #letReads}. */
    void holdReadsAfter(int reads) {
        readsToGo = reads;
    }

    int heldReads() {
        return lateReads.size();
    }

    /** Answers those that wait. */
    void letReads() {
        List<LateRead> due = List.copyOf(lateReads);
        lateReads.clear();
        due.forEach(
                late ->
                        late.read()
                                .whenComplete((result, failure) -> late.answer().complete(result)));
    }

    void failReads() {
        List<LateRead> due = List.copyOf(lateReads);
        lateReads.clear();
        due.forEach(
                late ->
                        late.answer()
                                .completeExceptionally(
                                        new IllegalStateException("thrown by a test")));
    }

    @Override
    public CompletionStage<@Nullable Void> start() {
        return real.start();
    }

    @Override
    public CompletionStage<@Nullable Cursor> at(
            String channel, Instant instant, @Nullable Payer payer) {
        return real.at(channel, instant, payer);
    }

    @Override
    public BackboneHealth health() {
        return real.health();
    }

    @Override
    public void close() {
        real.close();
    }
}
