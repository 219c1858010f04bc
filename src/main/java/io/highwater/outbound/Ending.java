package io.highwater.outbound;

import io.highwater.wire.CloseStatus;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ways a queue of one route ends: a Close behind its last message, a peer that does not take
 * what is before that Close, an eviction, a message in parts that nobody finishes, a wire that
 * fails, the end of the session. From then on offers are refused, and what waited fails. Immutable;
 * thread-safe; called under no lock.
 */
final class Ending {
    private static final Logger LOG = LoggerFactory.getLogger(SendQueue.class);

    private static final CloseStatus SLOW_CONSUMER =
            new CloseStatus(CloseStatus.TRY_AGAIN_LATER, "slow consumer");

    private static final CloseStatus UNFINISHED =
            new CloseStatus(CloseStatus.INTERNAL_ERROR, "a message in parts was not finished");

    /** The peer reads: nothing else was in its way. */
    private static final Duration UNFINISHED_LINGER = Duration.ofSeconds(2);

    private final OutboundSettings settings;
    private final OutboundNode node;
    private final Callbacks callbacks;

    Ending(OutboundSettings settings, OutboundNode node, Callbacks callbacks) {
        this.settings = settings;
        this.node = node;
        this.callbacks = callbacks;
    }

    // A Close behind the last message.

    /** False where the queue is closing already, or over. */
    boolean begin(SendQueue queue, CloseDeadline deadline) {
        QueueContents dropped;
        synchronized (queue) {
            if (queue.isClosing()) {
                return false;
            }
            if (queue.state != WriterState.IDLE) {
                queue.contents().closeBehindLast(deadline);
                // If the queue ends before this comes to it, the deadline finds nothing to do.
                node.wheel()
                        .schedule(
                                deadline, node.ticker().nanoTime() + node.closeTimeout().toNanos());
                return true;
            }
            // What waits in an idle queue waits for the end of a message that ends no more.
            dropped = queue.end();
        }
        deadline.end(queue.wire());
        fail(dropped, new ClosedChannelException());
        return true;
    }

    /** The last message has left. */
    void closeBehindLast(SendQueue queue, QueueContents ended) {
        CloseDeadline closing = ended.closing();
        if (closing != null) {
            closing.end(queue.wire());
        }
        fail(ended, new ClosedChannelException());
    }

    /** {@link CloseDeadline}: the peer has not read what was queued before the Close. */
    void closeNow(SendQueue queue, CloseStatus status, Duration linger) {
        QueueContents dropped = queue.end();
        if (dropped != null) {
            queue.wire().fail(status, linger);
            fail(dropped, new ClosedChannelException());
        }
    }

    /** The session is over: what is queued fails, and all memory is let go. */
    void onClosed(SendQueue queue) {
        fail(queue.end(), new ClosedChannelException());
    }

    // Evictions, after which the peer has the linger to read its Close.

    /**
     * An offer went above the high-water mark.
     *
     * @param dropped what the queue held when it ended
     * @param completion of the offer
     */
    void evict(
            SendQueue queue,
            @Nullable QueueContents dropped,
            @Nullable SendCompletion completion,
            SlowConsumerException evidence) {
        failSlow(queue, dropped, evidence);
        callbacks.failed(completion, evidence);
        tellObserver(observer -> observer.onEvicted(settings.policy()));
        callbacks.tell(() -> queue.listener().onEvicted(evidence));
    }

    /** The governor ends the session, if it may still be ended: the answer says whether it was. */
    boolean evictIfSlow(SendQueue queue, long sinceNanos) {
        SlowConsumerException evidence;
        QueueContents dropped;
        synchronized (queue) {
            if (!SlowQueue.isEvictable(queue, sinceNanos)) {
                return false;
            }
            evidence = queue.evictionEvidence();
            dropped = queue.end();
        }
        failSlow(queue, dropped, evidence);
        tellObserver(OutboundObserver::onGoverned);
        callbacks.tell(() -> queue.listener().onEvicted(evidence));
        return true;
    }

    /**
     * The account of all queues is full, and this is one of those that cost most. False where the
     * queue is over.
     */
    boolean evictForAccount(SendQueue queue) {
        SlowConsumerException evidence;
        QueueContents dropped;
        synchronized (queue) {
            if (queue.state == WriterState.ENDED) {
                return false;
            }
            evidence = queue.evictionEvidence();
            dropped = queue.end();
        }
        Once evicted =
                new Once(
                        () -> {
                            failSlow(queue, dropped, evidence);
                            callbacks.tell(() -> queue.listener().onEvicted(evidence));
                        });
        try {
            node.executor().execute(evicted);
        } catch (RuntimeException | Error e) {
            // Nobody else ends the session, whose queue is over.
            LOG.debug("no thread to end a session", e);
            evicted.run();
        }
        return true;
    }

    /**
     * The queue gives up what the log has too: its session goes on. False if that is nothing. The
     * series are told on another thread, since they read and write.
     */
    boolean giveUp(SendQueue queue) {
        List<QueuedTurn<?>> given;
        int messages;
        long bytes;
        synchronized (queue) {
            messages = queue.queuedMessages();
            bytes = queue.queuedBytes();
            given = queue.cut();
        }
        if (given.isEmpty()) {
            return false;
        }
        SlowConsumerException evidence = SlowConsumerException.dropped(messages, bytes);
        Once told = new Once(() -> callbacks.cut(given, evidence));
        try {
            node.executor().execute(told);
        } catch (RuntimeException | Error e) {
            // Nobody else tells the series, which wait for it.
            LOG.debug("no thread to tell what a queue gave up", e);
            told.run();
        }
        return true;
    }

    private void failSlow(
            SendQueue queue, @Nullable QueueContents dropped, SlowConsumerException evidence) {
        queue.wire().fail(SLOW_CONSUMER, settings.evictLinger());
        fail(dropped, evidence);
    }

    // Faults on this side.

    /** {@link UnfinishedMessage}: looks at the message that others wait for. */
    void endIfUnfinished(SendQueue queue, UnfinishedMessage message, long nowNanos) {
        QueueContents dropped = endedByUnfinished(queue, message, nowNanos);
        if (dropped == null) {
            return;
        }
        node.logs()
                .limit(LOG.atError(), "message_unfinished", queue.wire().remoteAddress())
                .addKeyValue("client", queue.listener().clientId())
                .addKeyValue("waiting_messages", dropped.tally().messages())
                .log(
                        "A session ends: a message in parts, from a writer, a stream or"
                                + " sendText(part, false), was not finished while others waited");
        queue.wire().fail(UNFINISHED, UNFINISHED_LINGER);
        fail(dropped, new ClosedChannelException());
    }

    /**
     * Ends the queue where the message that others wait for has not gone on for too long, by no
     * fault of the peer's. Null where it goes on.
     */
    private static @Nullable QueueContents endedByUnfinished(
            SendQueue queue, UnfinishedMessage message, long nowNanos) {
        synchronized (queue) {
            QueueContents now = queue.contents;
            if (now == null || now.unfinished() != message) {
                return null;
            }
            long sinceNanos =
                    queue.state == WriterState.IDLE ? now.lastProgressNanos(message) : nowNanos;
            if (nowNanos - sinceNanos < UnfinishedMessage.LONGEST_PAUSE.toNanos()) {
                message.watch(sinceNanos);
                return null;
            }
            return queue.end();
        }
    }

    /** The wire threw, which it never does for what a peer did, or memory ran out. */
    void giveUp(SendQueue queue, Throwable cause) {
        node.logs()
                .limit(LOG.atError(), "session_failed", queue.wire().remoteAddress())
                .setCause(cause)
                .log("A session ends: its wire failed to write");
        QueueContents dropped = queue.end();
        queue.wire().fail(CloseStatus.of(CloseStatus.INTERNAL_ERROR), Duration.ZERO);
        fail(dropped, cause);
    }

    // What they have in common.

    private void fail(@Nullable QueueContents dropped, Throwable cause) {
        if (dropped == null) {
            return;
        }
        CloseDeadline closing = dropped.closing();
        if (closing != null) {
            node.wheel().cancel(closing);
        }
        callbacks.failed(dropped.drop(), cause);
        callbacks.neverWritable(dropped.level().takeUntilWritable(), cause);
    }

    /** An observer that throws is in nobody's way. */
    private void tellObserver(Consumer<OutboundObserver> news) {
        callbacks.tell(() -> news.accept(node.observer()));
    }
}
