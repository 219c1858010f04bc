package io.highwater.channel;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneHealth;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.ReadResult;
import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A log of which the test decides all. Confined to its test. */
final class ScriptedBackbone implements Backbone {
    final Map<String, BackboneListener> followers = new HashMap<>();
    final List<Draft> appended = new ArrayList<>();

    /** The reads so far; the test answers them. */
    final List<CompletableFuture<ReadResult>> reads = new ArrayList<>();

    @Override
    public CompletionStage<Appended> append(Draft draft) {
        appended.add(draft);
        return new CompletableFuture<>();
    }

    @Override
    public boolean follow(String channel, BackboneListener listener, @Nullable Payer payer) {
        followers.put(channel, listener);
        return true;
    }

    @Override
    public void unfollow(String channel) {
        followers.remove(channel);
    }

    @Override
    public CompletionStage<ReadResult> readAfter(
            String channel, @Nullable Cursor after, int limit, @Nullable Payer payer) {
        CompletableFuture<ReadResult> read = new CompletableFuture<>();
        reads.add(read);
        return read;
    }

    @Override
    public CompletionStage<@Nullable Void> start() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<ReadResult> readBefore(
            String channel, @Nullable Cursor before, int limit, @Nullable Payer payer) {
        CompletableFuture<ReadResult> read = new CompletableFuture<>();
        reads.add(read);
        return read;
    }

    @Override
    public CompletionStage<@Nullable Cursor> at(
            String channel, Instant instant, @Nullable Payer payer) {
        throw new AssertionError("no test asks this log for a time");
    }

    @Override
    public BackboneHealth health() {
        return new BackboneHealth(BackboneHealth.State.AVAILABLE, "as the test wants it");
    }

    @Override
    public void close() {
        throw new AssertionError("a hub does not close its log");
    }
}
