package io.highwater.channel;

import io.highwater.backbone.Position;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one turn brings to the subscribers of a channel: the same object for all of them. Confined
 * to the shard's thread; its publications may be kept and shared.
 */
public final class Turn<F> {
    private final String channel;
    private final List<Publication<F>> publications;

    private @Nullable F joined;

    Turn(String channel, List<Publication<F>> publications) {
        this.channel = channel;
        this.publications = List.copyOf(publications);
    }

    public String channel() {
        return channel;
    }

    /** In the order of their positions; never empty, unmodifiable. */
    public List<Publication<F>> publications() {
        return publications;
    }

    /**
     * One frame of all publications, for subscribers that take them in one write: made by the first
     * who asks. All must ask for the same.
     */
    public F joined(Function<? super List<Publication<F>>, ? extends F> join) {
        F made = joined;
        if (made == null) {
            made = join.apply(publications);
            joined = made;
        }
        return made;
    }

    Position last() {
        return position(publications.size() - 1);
    }

    /** What of it comes after a position: itself, a part, or null. */
    public @Nullable Turn<F> after(Position floor) {
        int from = publications.size();
        while (from > 0 && position(from - 1).isAfter(floor)) {
            from--;
        }
        if (from == publications.size()) {
            return null;
        }
        return from == 0
                ? this
                : new Turn<>(channel, publications.subList(from, publications.size()));
    }

    private Position position(int index) {
        return publications.get(index).entry().position();
    }
}
