package io.highwater.node;

import io.highwater.archive.Archive;
import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.ArchiveSettings;
import io.highwater.archive.ArchiveSettings.InFolder;
import io.highwater.archive.ArchiveSettings.InPostgres;
import io.highwater.archive.SharedArchive;
import io.highwater.archive.file.FileArchive;
import io.highwater.archive.file.FileArchiveSettings;
import io.highwater.archive.postgres.PostgresArchive;
import io.highwater.archive.postgres.PostgresSettings;
import io.highwater.outbound.OutboundNode;
import io.highwater.time.WallClock;

/** Makes the archive that the configuration asks for. Stateless. */
final class NodeArchive {
    /** Never to be changed: an archive's channels are spread over its shards. */
    static final int SHARDS = 64;

    private NodeArchive() {}

    /** For the log of one node. It is still to be started. */
    static Archive open(
            ArchiveSettings settings,
            String node,
            OutboundNode outbound,
            ArchiveObserver observer) {
        return settings instanceof InFolder folder
                ? inFolder(folder, outbound, observer)
                : shared(settings, node, outbound, observer);
    }

    private static FileArchive inFolder(
            InFolder settings, OutboundNode outbound, ArchiveObserver observer) {
        return new FileArchive(
                new FileArchiveSettings(
                        settings.folder(), settings.node(), SHARDS, settings.retention()),
                WallClock.system(),
                outbound.ticker(),
                outbound.wheel(),
                observer,
                outbound.logs());
    }

    /**
     * For the log that nodes share. It is still to be started.
     *
     * @throws IllegalArgumentException the archive is of one node
     */
    static SharedArchive shared(
            ArchiveSettings settings,
            String node,
            OutboundNode outbound,
            ArchiveObserver observer) {
        if (settings instanceof InPostgres postgres) {
            return new PostgresArchive(
                    new PostgresSettings(postgres.url(), node, SHARDS, postgres.retention()),
                    WallClock.system(),
                    outbound.ticker(),
                    outbound.wheel(),
                    observer,
                    outbound.logs());
        }
        throw new IllegalArgumentException("nodes cannot share this archive: " + settings);
    }
}
