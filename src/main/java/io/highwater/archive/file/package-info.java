/**
 * The archive of a single node: a folder on its disk. Entry type: {@link
 * io.highwater.archive.file.FileArchive}, which any thread may call. docs/archive.md says what lies
 * in the folder and how to back it up.
 *
 * <h2>Why RocksDB</h2>
 *
 * A node appends to ten thousand channels in turn and reads one of them at a time, so rows must be
 * written in the order in which they come and read in the order of their channel. A log-structured
 * merge tree sorts them in the background. A B-tree that is clustered by channel rewrites a page
 * for nearly every row: SQLite and MVStore wrote 15 KB for each.
 *
 * <h2>Rows</h2>
 *
 * Everything lies in one column family, so one write-ahead log and one set of memory tables bound
 * start time and memory. Keys begin with their kind and their segment, which is 0 where there are
 * none; numbers are unsigned and big-endian, so that keys sort as they should. Every value begins
 * with the version of its layout. {@link io.highwater.archive.file.Keys} and {@link
 * io.highwater.archive.file.Rows} write and read them:
 *
 * <pre>
 * entry      1, segment u32, hash u32, channel, origin, generation u64, channelSequence u64
 * message    2, segment u32, first 16 bytes of SHA-256(channel, publisher, msgId)
 * top        3, 0 u32, hash u32, channel, origin: the channel's last position in that origin
 * watermark  4, 0 u32, 'w', shard u16, origin
 * segment    4, 0 u32, 's', kind of its rows, number u32: when it began
 * oldest     4, 0 u32, 'o', kind of its rows: the number of the oldest segment that is kept
 * </pre>
 *
 * One write adds the entries of all shards that have gathered, with their messages, tops and
 * watermarks, and is synced before any of them is acknowledged. So after a crash either all of it
 * is there or none.
 *
 * <h2>Segments</h2>
 *
 * Entries lie in segments of a day, numbered from 1 on: an entry goes to the segment that is the
 * newest when it is written. A late one goes to the segment of the entry that follows it in its
 * channel. So for each channel all positions of one segment are lower than those of the next, and a
 * read is one range scan in each segment that it touches. The hash after the segment belongs to
 * what filters are made of: they spare a read the segments that lack its channel.
 *
 * <p>Retention drops whole segments: one range tombstone hides the rows at once, and then the files
 * are deleted without being read, since no sorted file holds rows of two segments. Newer entries
 * sort behind older segments, so compaction does not touch those again. A column family for each
 * day would drop as cheaply, but thirty of them have thirty sets of memory tables, keep the log of
 * the idlest alive, and must be closed under readers that hold native handles.
 *
 * <p>Messages lie in segments of five minutes, of which the newest two are kept.
 *
 * <p>Nothing marks where entries were dropped, as the first entry that is kept tells: it is the
 * channel's first and has no previous position, or something before it is gone.
 *
 * <h2>Threads</h2>
 *
 * One thread writes ({@link io.highwater.archive.file.GroupCommit}), another one completes the
 * stages of what was written, so that callers' code does not hold up the next sync. Reads and
 * look-ups have {@linkplain io.highwater.archive.file.Lane threads} of their own, and {@link
 * io.highwater.archive.file.Upkeep} has one for dropping and for recovery. All are named {@code
 * highwater-archive-*}.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.archive.file;
