/**
 * The archive of the channels' log: what was published, on disk or in a database, so that it
 * outlives the node. A backbone writes every entry to it and reads what is older than its own
 * memory.
 *
 * <p>Entry types: {@link io.highwater.archive.Archive}, which any thread may call, and {@link
 * io.highwater.archive.ArchiveWriter}, one for each shard, called by one thread at a time. Each
 * implementation has a package of its own.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.archive;
