package io.highwater.channel;

/**
 * Receives what {@link OtherNodes} tell and ask of presence; of each node in its order. Must not
 * block.
 */
public interface OtherNodesListener {
    /** A node wants to know who is in the channel here, and who comes and goes. */
    void onObserved(long node, String channel);

    void onUnobserved(long node, String channel);

    /** It asks again for all that it wants to know. */
    void onUnobservedAll(long node);

    /** These are in the channel on that node. */
    void onAll(long node, String channel, Members all);

    /**
     * These came and went there since the node told something last.
     *
     * @param count how many are there now
     */
    void onChange(long node, String channel, int count, Members joined, Members left);

    /** The node is gone: nobody is there any more, and it asks nothing any more. */
    void onGone(long node);
}
