package io.highwater.backbone;

/**
 * Where an entry stands in the log of its shard. Immutable.
 *
 * @param generation of the shard's log: rises whenever the log starts over
 * @param sequence rises by exactly 1 with every entry of the shard, from 1 on in each generation; 0
 *     is the place before the first
 */
public record ShardPosition(String origin, long generation, long sequence) {
    /** Another position of the same generation. */
    public ShardPosition at(long otherSequence) {
        return new ShardPosition(origin, generation, otherSequence);
    }

    /** Whether the other one, of the same shard and origin, comes before this. */
    public boolean isAfter(ShardPosition other) {
        return generation == other.generation
                ? sequence > other.sequence
                : generation > other.generation;
    }
}
