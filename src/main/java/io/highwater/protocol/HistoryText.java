package io.highwater.protocol;

import java.nio.ByteBuffer;

/**
 * Writes as much of the answer to {@code history} as fits. Confined to its caller; must not be used
 * after {@link #complete} or {@link #incomplete}.
 */
public final class HistoryText {
    /** Entries in one answer (docs/protocol.md rule 12). */
    public static final int MAX_MESSAGES = 1_000;

    private static final int END_BYTES = ",],\"complete\":false}".length();

    private final long maxBytes;
    private final JsonText text;
    private int messages;

    /**
     * @param maxBytes size limit of the whole answer
     */
    public HistoryText(Integer id, String channel, long maxBytes) {
        this.maxBytes = maxBytes;
        text =
                JsonText.open("history", id)
                        .raw(",\"channel\":")
                        .string(channel)
                        .raw(",\"messages\":[");
    }

    /**
     * Adds the message if it fits. The first message is always added; otherwise a client could
     * never ask for what follows it.
     */
    public boolean add(Reply.Message message) {
        JsonText added = message.text();
        if (messages > 0 && text.size() + added.size() + END_BYTES > maxBytes) {
            return false;
        }
        text.raw(messages == 0 ? "" : ",").raw(added);
        messages++;
        return true;
    }

    /** Nothing follows the last message. */
    public ByteBuffer complete() {
        return text.raw("],\"complete\":true}").take();
    }

    /** The client has to ask again for what follows the last message. */
    public ByteBuffer incomplete() {
        return text.raw("],\"complete\":false}").take();
    }
}
