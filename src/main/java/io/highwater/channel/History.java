package io.highwater.channel;

import io.highwater.backbone.Backbone;
import io.highwater.backbone.ReadResult;
import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What was published in a channel: read from the node's ring first, then from what lies behind it.
 * A backbone is a history by itself. The methods have the same contracts as {@link Backbone}'s, for
 * the same log. Thread-safe; must not block.
 */
public interface History {
    /** The log of a backbone. */
    static History of(Backbone backbone) {
        return new History() {
            @Override
            public CompletionStage<ReadResult> readAfter(
                    String channel, @Nullable Cursor after, int limit, @Nullable Payer payer) {
                return backbone.readAfter(channel, after, limit, payer);
            }

            @Override
            public CompletionStage<ReadResult> readBefore(
                    String channel, @Nullable Cursor before, int limit, @Nullable Payer payer) {
                return backbone.readBefore(channel, before, limit, payer);
            }

            @Override
            public CompletionStage<@Nullable Cursor> at(
                    String channel, Instant instant, @Nullable Payer payer) {
                return backbone.at(channel, instant, payer);
            }
        };
    }

    CompletionStage<ReadResult> readAfter(
            String channel, @Nullable Cursor after, int limit, @Nullable Payer payer);

    /** A read for which no address is made to answer. */
    default CompletionStage<ReadResult> readAfter(
            String channel, @Nullable Cursor after, int limit) {
        return readAfter(channel, after, limit, null);
    }

    CompletionStage<ReadResult> readBefore(
            String channel, @Nullable Cursor before, int limit, @Nullable Payer payer);

    CompletionStage<@Nullable Cursor> at(String channel, Instant instant, @Nullable Payer payer);
}
