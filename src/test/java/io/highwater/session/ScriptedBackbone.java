package io.highwater.session;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Position;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.UnavailableException;
import io.highwater.limits.Payer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Another backbone, whose appends wait for the test or fail when it says so. Confined to the test.
 */
final class ScriptedBackbone implements Backbone {
    private final Backbone real;
    final List<Draft> drafts = new ArrayList<>();
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private boolean holding;
    private boolean failing;

    private record Held(Draft draft, CompletableFuture<Appended> answer) {}

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
                            } else {
                                oldest.answer().complete(appended);
                            }
                        });
    }

    @Override
    public CompletionStage<Appended> append(Draft draft) {
        if (holding) {
            Held one = new Held(draft, new CompletableFuture<>());
            held.add(one);
            return one.answer();
        }
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
        return real.follow(channel, listener, payer);
    }

    @Override
    public void unfollow(String channel) {
        real.unfollow(channel);
    }

    @Override
    public CompletionStage<ReadResult> readAfter(
            String channel, @Nullable Position after, int limit) {
        return failing ? unavailable() : real.readAfter(channel, after, limit);
    }

    @Override
    public void close() {
        real.close();
    }
}
