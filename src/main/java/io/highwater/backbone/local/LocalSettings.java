package io.highwater.backbone.local;

import io.highwater.backbone.RingBounds;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import java.util.function.Function;

/**
 * What bounds the memory of a {@link LocalBackbone}. Immutable, as its function must be.
 *
 * @param shards locks that appends are spread over, from 1 on
 * @param ledger its accounts RINGS, NAMES and IDEMPOTENCY bound the log
 * @param rings the bounds of a channel's ring, by its name
 * @param logs bounds what is said of listeners that throw
 */
public record LocalSettings(
        int shards, Ledger ledger, Function<String, RingBounds> rings, LogLimit logs) {}
