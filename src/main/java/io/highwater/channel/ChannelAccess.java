package io.highwater.channel;

/** What a client may want to do in a channel; each is permitted separately. */
public enum ChannelAccess {
    /** Receive its messages, those that the client missed included. */
    SUBSCRIBE("subscribe"),

    /** Read its messages by {@code history}. */
    HISTORY("history"),

    /** See who is subscribed. */
    PRESENCE("presence"),

    PUBLISH("publish");

    private final String word;

    ChannelAccess(String word) {
        this.word = word;
    }

    /** Whether who may subscribe may do this too, where nothing is said about it. */
    public boolean followsSubscribe() {
        return this == HISTORY || this == PRESENCE;
    }

    /** As the claim {@code channels} and the configuration's keys call it. */
    public String word() {
        return word;
    }
}
