package io.highwater.outbound;

/**
 * Messages and their bytes, and how many of them LATEST or DEMOTE may drop, which never end a
 * session. The caller synchronises.
 */
final class Tally {
    private int messages;
    private long bytes;
    private int droppableMessages;
    private long droppableBytes;

    int messages() {
        return messages;
    }

    long bytes() {
        return bytes;
    }

    /** The messages that may not be dropped. */
    int keptMessages() {
        return messages - droppableMessages;
    }

    long keptBytes() {
        return bytes - droppableBytes;
    }

    boolean hasDroppable() {
        return droppableMessages > 0;
    }

    void add(Element element) {
        count(element, 1);
    }

    void remove(Element element) {
        count(element, -1);
    }

    private void count(Element element, int sign) {
        messages += sign * element.messages();
        bytes += (long) sign * element.bytes();
        if (element.isDroppable()) {
            droppableMessages += sign * element.messages();
            droppableBytes += (long) sign * element.bytes();
        }
    }

    void remove(Tally part) {
        messages -= part.messages;
        bytes -= part.bytes;
        droppableMessages -= part.droppableMessages;
        droppableBytes -= part.droppableBytes;
    }
}
