/**
 * What the archives have in common on the way of an entry from its shard to where it is kept:
 * {@link io.highwater.archive.queue.WriterCalls} keeps the order of a writer's calls, {@link
 * io.highwater.archive.queue.WorkQueue} bounds what waits, {@link
 * io.highwater.archive.queue.ShardState} knows what follows what, and {@link
 * io.highwater.archive.queue.ArchiveThreads} makes the threads.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.archive.queue;
