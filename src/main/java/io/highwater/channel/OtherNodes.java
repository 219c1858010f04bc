package io.highwater.channel;

import java.util.Set;

/**
 * The other nodes, as far as presence goes: asks them who is in a channel, and tells those that ask
 * this node. What they answer and what they ask comes to an {@link OtherNodesListener}. Each node
 * has a number of its own. Thread-safe; must not block.
 */
public interface OtherNodes {
    /** For a node that has no others. */
    OtherNodes NONE =
            new OtherNodes() {
                @Override
                public Set<Long> known() {
                    return Set.of();
                }

                @Override
                public void watch(String channel) {}

                @Override
                public void watchAgain(long node, String channel) {}

                @Override
                public void unwatch(String channel) {}

                @Override
                public void tellAll(long node, String channel, Members all) {}

                @Override
                public void tellChange(
                        Set<Long> nodes, String channel, int count, Members joined, Members left) {}
            };

    /**
     * The nodes that answer a {@link #watch} now; unmodifiable. If one is gone later, {@link
     * OtherNodesListener#onGone} follows.
     */
    Set<Long> known();

    /** Has them tell who is in the channel, and from then on who comes and goes. */
    void watch(String channel);

    /** Has one of them tell all again, since something of what it told is missing. */
    void watchAgain(long node, String channel);

    void unwatch(String channel);

    /** Tells a node who is in the channel here; later changes follow that. */
    void tellAll(long node, String channel, Members all);

    /**
     * Tells nodes who came and went here.
     *
     * @param count how many are there now
     */
    void tellChange(Set<Long> nodes, String channel, int count, Members joined, Members left);
}
