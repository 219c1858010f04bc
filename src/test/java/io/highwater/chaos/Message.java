package io.highwater.chaos;

/**
 * One message of a run. Its msgId says who published it and as the how-manieth. Immutable.
 *
 * @param number from 1 on, for each publisher
 */
record Message(String channel, String publisher, long number) {
    /** Reads what {@link #msgId} writes. */
    static Message of(String channel, String msgId) {
        int dash = msgId.lastIndexOf('-');
        return new Message(
                channel, msgId.substring(0, dash), Long.parseLong(msgId.substring(dash + 1)));
    }

    String msgId() {
        return publisher + "-" + number;
    }

    @Override
    public String toString() {
        return msgId();
    }
}
