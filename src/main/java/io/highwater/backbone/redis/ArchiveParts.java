package io.highwater.backbone.redis;

import io.highwater.archive.SharedArchive;
import io.highwater.backbone.ring.PendingBytes;
import java.util.concurrent.Executor;

/**
 * What all shards need to have their entries archived. Immutable.
 *
 * @param tails the bytes of all {@link ArchiveTail}s
 * @param catchUps how many shards read what they have to archive from their streams at once
 * @param watermarks asks how far the shards are that other nodes archive
 * @param closing closes writers, which may block
 */
record ArchiveParts(
        SharedArchive archive,
        ArchivedForm form,
        PendingBytes tails,
        CatchUps catchUps,
        WatermarkPoll watermarks,
        Executor closing) {}
