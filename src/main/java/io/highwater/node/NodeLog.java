package io.highwater.node;

import io.highwater.admin.PartHealth;
import io.highwater.archive.Archive;
import io.highwater.archive.ArchiveHealth;
import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.ArchiveSettings;
import io.highwater.archive.SharedArchive;
import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneHealth;
import io.highwater.backbone.archived.ArchivedBackbone;
import io.highwater.backbone.local.LocalBackbone;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.backbone.redis.RedisBackbone;
import io.highwater.backbone.redis.RedisObserver;
import io.highwater.backbone.redis.RedisSettings;
import io.highwater.channel.ChannelSettings;
import io.highwater.cluster.Bus;
import io.highwater.config.HighwaterConfig;
import io.highwater.limits.Ledger;
import io.highwater.metrics.NodeMetrics;
import io.highwater.outbound.OutboundNode;
import io.highwater.time.WallClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The log of the channels that the configuration asks for, and what it stands on. Immutable.
 *
 * @param backbone closes the archive too
 * @param archive null if there is none
 * @param bus to the other nodes; null on a node that shares its channels with no other
 */
record NodeLog(Backbone backbone, @Nullable Archive archive, @Nullable Bus bus) {
    /**
     * Makes it; the log is still to be started.
     *
     * @param behind whether the fan-out is too far behind to be brought more
     */
    static NodeLog of(
            HighwaterConfig config,
            OutboundNode outbound,
            Ledger ledger,
            BooleanSupplier behind,
            RedisObserver redisObserver,
            ArchiveObserver archiveObserver) {
        RedisSettings redis = config.redis();
        ArchiveSettings settings = config.archive();
        if (redis != null) {
            SharedArchive shared =
                    settings == null
                            ? null
                            : NodeArchive.shared(
                                    settings, config.node(), outbound, archiveObserver);
            RedisBackbone backbone =
                    new RedisBackbone(
                            redis,
                            memory(RedisSettings.SHARDS, config, outbound, ledger),
                            shared,
                            behind,
                            redisObserver,
                            outbound.ticker(),
                            WallClock.system(),
                            outbound.wheel());
            return new NodeLog(backbone, shared, backbone.bus());
        }
        if (settings == null) {
            int shards = Runtime.getRuntime().availableProcessors();
            return new NodeLog(
                    new LocalBackbone(
                            memory(shards, config, outbound, ledger),
                            WallClock.system().millis(),
                            outbound.ticker(),
                            outbound.wheel()),
                    null,
                    null);
        }
        Archive archive = NodeArchive.open(settings, config.node(), outbound, archiveObserver);
        return new NodeLog(
                new ArchivedBackbone(
                        memory(NodeArchive.SHARDS, config, outbound, ledger),
                        archive,
                        outbound.ticker(),
                        WallClock.system(),
                        outbound.wheel()),
                archive,
                null);
    }

    /** How they are, in the words of {@code /health/ready?verbose}. */
    List<PartHealth> health() {
        List<PartHealth> parts = new ArrayList<>();
        BackboneHealth log = backbone.health();
        parts.add(part("backbone", log.state(), log.detail()));
        if (archive != null) {
            ArchiveHealth kept = archive.health();
            parts.add(part("archive", kept.state(), kept.detail()));
        }
        return parts;
    }

    /** Shows whether they work. Called once. */
    void watchBy(NodeMetrics metrics) {
        metrics.watchBackbone(() -> backbone.health().state() == BackboneHealth.State.AVAILABLE);
        Archive kept = archive;
        if (kept != null) {
            metrics.watchArchive(() -> kept.health().state() == ArchiveHealth.State.AVAILABLE);
        }
    }

    private static PartHealth part(String name, Enum<?> state, String detail) {
        return new PartHealth(name, state.name().toLowerCase(Locale.ROOT), detail);
    }

    private static MemorySettings memory(
            int shards, HighwaterConfig config, OutboundNode outbound, Ledger ledger) {
        ChannelSettings channels = config.channels();
        return new MemorySettings(
                shards, ledger, channel -> channels.forChannel(channel).ring(), outbound.logs());
    }
}
