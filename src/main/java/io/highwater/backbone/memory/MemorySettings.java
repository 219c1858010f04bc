package io.highwater.backbone.memory;

import io.highwater.backbone.RingBounds;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import java.util.function.Function;

/**
 * The limits of a {@link NodeMemory}. Immutable, as its function must be.
 *
 * @param shards number of shards, each with a lock, that channels are spread over; at least 1
 * @param ledger its accounts RINGS, NAMES and IDEMPOTENCY limit the memory
 * @param rings the bounds of a channel's ring, by the channel's name
 * @param logs limits how often listeners that throw are logged
 */
public record MemorySettings(
        int shards, Ledger ledger, Function<String, RingBounds> rings, LogLimit logs) {}
