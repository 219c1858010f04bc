package io.highwater.outbound;

/**
 * The messages of one subscription under DEMOTE, which the channel's log has too. When the queue is
 * above its high-water mark, it gives up all of them that wait, and the subscription reads them
 * from the log again. One series is told from another by identity.
 *
 * @param <P> the position of a message in the log, opaque here; later offers have later ones
 */
public interface LogSeries<P> {
    /**
     * Whether the queue has given up messages, and the series has not yet seen to it that they are
     * read from the log: then it takes no others, which would come too early. Asked under the
     * queue's lock: must do no more than read a field.
     */
    boolean isCut();

    /**
     * The queue has given up all messages of the series that waited. Called under the queue's lock:
     * must do no more than write a field.
     *
     * @param first the position of the first of them
     * @param last of the last one
     */
    void cut(P first, P last);

    /** The same, under no lock, afterwards: by the thread whose offer was too much, or another. */
    void onCut();
}
