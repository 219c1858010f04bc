package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The publications that one turn brings to the subscribers of a channel; all of them get the same
 * object. Confined to the shard's thread; its publications may be kept and shared.
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
     * One frame of all publications, for subscribers that take them in one write. The first
     * subscriber that asks makes it, so all must pass an equivalent {@code join}.
     */
    public F joined(Function<? super List<Publication<F>>, ? extends F> join) {
        F made = joined;
        if (made == null) {
            made = join.apply(publications);
            joined = made;
        }
        return made;
    }

    /** The positions of a cursor that this turn has not passed; null if it passed all. */
    public @Nullable Cursor beyond(Cursor floor) {
        Cursor left = floor;
        for (int i = 0; i < publications.size() && left != null; i++) {
            left = isLate(i) ? left : left.beyond(position(i));
        }
        return left;
    }

    /** The publications after a cursor and the late ones: this turn, a part of it, or null. */
    public @Nullable Turn<F> after(Cursor floor) {
        int above = 0;
        for (int i = 0; i < publications.size(); i++) {
            above += isAbove(publications.get(i), floor) ? 1 : 0;
        }
        if (above == publications.size()) {
            return this;
        }
        return above == 0
                ? null
                : new Turn<>(
                        channel, publications.stream().filter(one -> isAbove(one, floor)).toList());
    }

    private static boolean isAbove(Publication<?> publication, Cursor floor) {
        Entry entry = publication.entry();
        return entry.late() || !floor.covers(entry.position());
    }

    private boolean isLate(int index) {
        return publications.get(index).entry().late();
    }

    /** Its late publications; null if there are none. */
    public @Nullable Turn<F> late() {
        return hasLate()
                ? new Turn<>(
                        channel, publications.stream().filter(one -> one.entry().late()).toList())
                : null;
    }

    /** Its publications without the late ones: this turn, a part of it, or null. */
    public @Nullable Turn<F> inTurn() {
        if (!hasLate()) {
            return this;
        }
        List<Publication<F>> rest =
                publications.stream().filter(one -> !one.entry().late()).toList();
        return rest.isEmpty() ? null : new Turn<>(channel, rest);
    }

    private boolean hasLate() {
        for (int i = 0; i < publications.size(); i++) {
            if (isLate(i)) {
                return true;
            }
        }
        return false;
    }

    private Position position(int index) {
        return publications.get(index).entry().position();
    }
}
