package io.highwater.backbone.redis;

import io.highwater.protocol.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What Redis answers to a call that appends messages. */
sealed interface PublishReply {
    /** Nothing was appended: the shard is in another generation. Immutable. */
    record Fenced(long generation) implements PublishReply {}

    /**
     * One result for each message, in their order. Immutable.
     *
     * @param repeats how many of them are repeats
     * @param channels how many channels the generation has now; -1 if Redis did not say so, since
     *     none is new
     */
    record Taken(List<Result> results, int repeats, long channels) implements PublishReply {
        Taken(List<Result> results) {
            this(results, -1);
        }

        Taken(List<Result> results, long channels) {
            this(
                    List.copyOf(results),
                    (int) results.stream().filter(Result::duplicate).count(),
                    channels);
        }
    }

    /**
     * What became of one message. Immutable.
     *
     * @param position null if there was no room for its channel, or it may open none
     * @param duplicate it was appended before, at this position
     */
    record Result(@Nullable Position position, boolean duplicate) {}
}
