package io.highwater.backbone.local;

import io.highwater.backbone.RingBounds;
import java.util.function.Function;

/**
 * What bounds the memory of a {@link LocalBackbone}. Immutable, as its function must be.
 *
 * @param shards locks that appends are spread over, from 1 on
 * @param ringBytes what all rings together may hold, estimated; the oldest go first
 * @param idempotencyBytes what the memory of msgIds may take; where 5 minutes of them do not fit,
 *     the oldest are forgotten early
 * @param rings the bounds of a channel's ring, by its name
 */
public record LocalSettings(
        int shards, long ringBytes, long idempotencyBytes, Function<String, RingBounds> rings) {}
