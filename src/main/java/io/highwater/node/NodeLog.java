package io.highwater.node;

import io.highwater.backbone.Backbone;
import io.highwater.backbone.local.LocalBackbone;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.backbone.redis.RedisBackbone;
import io.highwater.backbone.redis.RedisObserver;
import io.highwater.backbone.redis.RedisSettings;
import io.highwater.channel.ChannelSettings;
import io.highwater.config.HighwaterConfig;
import io.highwater.limits.Ledger;
import io.highwater.outbound.OutboundNode;
import io.highwater.time.WallClock;
import java.util.function.BooleanSupplier;

/** Makes the log of the channels that the configuration asks for. No state. */
final class NodeLog {
    private NodeLog() {}

    /**
     * The log is still to be started.
     *
     * @param behind whether the fan-out is too far behind to be brought more
     */
    static Backbone of(
            HighwaterConfig config,
            OutboundNode outbound,
            Ledger ledger,
            BooleanSupplier behind,
            RedisObserver observer) {
        RedisSettings redis = config.redis();
        if (redis != null) {
            return redis(redis, config.channels(), outbound, ledger, behind, observer);
        }
        return new LocalBackbone(
                memory(Runtime.getRuntime().availableProcessors(), config, outbound, ledger),
                WallClock.system().millis(),
                outbound.ticker(),
                outbound.wheel());
    }

    private static Backbone redis(
            RedisSettings redis,
            ChannelSettings channels,
            OutboundNode outbound,
            Ledger ledger,
            BooleanSupplier behind,
            RedisObserver observer) {
        return new RedisBackbone(
                redis,
                ledger,
                channel -> channels.forChannel(channel).ring(),
                behind,
                observer,
                outbound.ticker(),
                WallClock.system(),
                outbound.wheel(),
                outbound.logs());
    }

    private static MemorySettings memory(
            int shards, HighwaterConfig config, OutboundNode outbound, Ledger ledger) {
        ChannelSettings channels = config.channels();
        return new MemorySettings(
                shards,
                ledger,
                channel -> channels.forChannel(channel).ring(),
                outbound.logs());
    }
}
