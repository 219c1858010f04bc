/**
 * The archive in PostgreSQL, for one node or for several that share a log. Entry type: {@link
 * io.highwater.archive.postgres.PostgresArchive}, which any thread may call. The only importer of
 * JDBC. docs/archive.md describes the tables, and how to make and to back up the database.
 *
 * <h2>Writes</h2>
 *
 * A shard's row in the table {@code shard} has both its watermark and its lease. A write is one
 * statement ({@link io.highwater.archive.postgres.Commit}) that moves the watermarks of those
 * shards whose rows have the token of our lease, and adds the entries of these shards only. So a
 * writer whose lease was taken adds nothing, however late its statement comes: it waits for the
 * row, and finds another token there.
 *
 * <p>Shards are spread over a few {@linkplain io.highwater.archive.postgres.WriteLane lanes}, each
 * of which writes what has gathered while its last write was under way.
 *
 * <p>When the end of a write is not known, the lane takes its leases anew, under other tokens. That
 * waits for the row of a transaction that is still under way, and fences off one that is still on
 * its way. What is read with it is how far the shard is.
 *
 * <h2>Tables</h2>
 *
 * Entries lie in a partition for each UTC day of their own time, which never changes, so that an
 * entry that is archived twice is a conflict. Retention drops whole partitions.
 *
 * <p>A message is looked for by a hash and by the ten minutes in which it was archived. So the part
 * of the index in which new rows come is small, and stays in memory.
 *
 * <h2>Threads</h2>
 *
 * Lanes write, another thread completes the stages. Reads have threads of their own, and so have
 * the questions for which publications wait ({@link io.highwater.archive.postgres.LookUpLane}),
 * which are asked many at once; leases; and upkeep. All are named {@code highwater-archive-*}. Each
 * kind has its own connections.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.archive.postgres;
