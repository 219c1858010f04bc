package io.highwater.node;

import io.highwater.archive.Archive;
import io.highwater.archive.ArchiveSettings;
import io.highwater.archive.file.FileArchive;
import io.highwater.archive.file.FileArchiveSettings;
import io.highwater.backbone.Backbone;
import io.highwater.backbone.archived.ArchivedBackbone;
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
    /** Never to be changed: an archive's channels are spread over its shards. */
    private static final int ARCHIVE_SHARDS = 64;

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
            return new RedisBackbone(
                    redis,
                    memory(RedisSettings.SHARDS, config, outbound, ledger),
                    null,
                    behind,
                    observer,
                    outbound.ticker(),
                    WallClock.system(),
                    outbound.wheel());
        }
        ArchiveSettings archive = config.archive();
        if (archive == null) {
            return new LocalBackbone(
                    memory(Runtime.getRuntime().availableProcessors(), config, outbound, ledger),
                    WallClock.system().millis(),
                    outbound.ticker(),
                    outbound.wheel());
        }
        return new ArchivedBackbone(
                memory(ARCHIVE_SHARDS, config, outbound, ledger),
                open(archive, config.node(), outbound),
                outbound.ticker(),
                WallClock.system(),
                outbound.wheel());
    }

    private static MemorySettings memory(
            int shards, HighwaterConfig config, OutboundNode outbound, Ledger ledger) {
        ChannelSettings channels = config.channels();
        return new MemorySettings(
                shards, ledger, channel -> channels.forChannel(channel).ring(), outbound.logs());
    }

    private static Archive open(ArchiveSettings archive, String node, OutboundNode outbound) {
        return new FileArchive(
                new FileArchiveSettings(
                        archive.folder(), node, ARCHIVE_SHARDS, archive.retention()),
                WallClock.system(),
                outbound.wheel(),
                outbound.logs());
    }
}
