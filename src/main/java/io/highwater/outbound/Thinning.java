package io.highwater.outbound;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What LATEST does to a queue above its high-water mark. From the newest message back, each lane
 * keeps the first it meets of every key, a message without key being like no other, until it has as
 * many as it may. So without keys that is the newest N, and with keys the newest of each of the N
 * keys that were last used. Where that is still above the mark, because there are many lanes or
 * large messages, N is halved until it is not; at last the oldest go. The newest message of the
 * queue always stays, and so does what may not be dropped.
 *
 * <p>Where messages go, a {@link Gap} stays. It takes in those of its lane behind it, up to the
 * next that is kept; so no lane has two gaps in a row, and there are at most as many gaps as kept
 * messages and lanes.
 *
 * <p>Confined to its caller, who holds the lock of the queue.
 */
final class Thinning {
    private final WaterMarks marks;
    private final ArrayDeque<Element> elements;
    private final Set<Element> dropped = Collections.newSetFromMap(new IdentityHashMap<>());
    private int messages;
    private long bytes;
    private int gaps;

    /**
     * @param elements what waits and is not in flight; changed by {@link #run}
     */
    Thinning(WaterMarks marks, ArrayDeque<Element> elements) {
        this.marks = marks;
        this.elements = elements;
    }

    /** The messages dropped, oldest first. */
    List<Queued> run() {
        int shift = 0;
        boolean least = select(shift);
        while (isAbove() && !least) {
            least = select(++shift);
        }
        dropOldest();
        return replaceByGaps();
    }

    /** How many more there are than before, or fewer. */
    int gaps() {
        return gaps;
    }

    private boolean isAbove() {
        return messages > marks.highMessages() || bytes > marks.highBytes();
    }

    /**
     * Decides anew what goes.
     *
     * @param shift how often N is halved
     * @return true where every lane keeps one message at most
     */
    private boolean select(int shift) {
        dropped.clear();
        messages = 0;
        bytes = 0;
        boolean least = true;
        Map<LatestLane<?>, Newest> lanes = new IdentityHashMap<>();
        for (Iterator<Element> newestFirst = elements.descendingIterator();
                newestFirst.hasNext(); ) {
            Element element = newestFirst.next();
            Droppable<?> droppable = element.droppable();
            if (droppable != null) {
                LatestLane<?> lane = droppable.lane();
                int most = shift < Integer.SIZE ? lane.latestCount() >> shift : 0;
                least &= most <= 1;
                Newest newest = lanes.computeIfAbsent(lane, any -> new Newest(Math.max(1, most)));
                if (!newest.keep(droppable.key())) {
                    dropped.add(element);
                    continue;
                }
            }
            messages += element.messages();
            bytes += element.bytes();
        }
        return least;
    }

    private void dropOldest() {
        Iterator<Element> oldestFirst = elements.iterator();
        while (isAbove() && oldestFirst.hasNext()) {
            Element element = oldestFirst.next();
            if (element.droppable() != null
                    && element != elements.peekLast()
                    && dropped.add(element)) {
                messages -= element.messages();
                bytes -= element.bytes();
            }
        }
    }

    private List<Queued> replaceByGaps() {
        List<Queued> gone = new ArrayList<>(dropped.size());
        // The gap that has no kept message of its lane behind it yet.
        Map<LatestLane<?>, Gap<?>> open = new IdentityHashMap<>();
        for (int left = elements.size(); left > 0; left--) {
            Element element = elements.remove();
            Gap<?> gap = null;
            if (element instanceof Gap<?> old) {
                gap = old;
                gaps--;
            } else if (element instanceof Queued message && dropped.contains(element)) {
                gone.add(message);
                gap = gapOf(message.droppable());
            }
            if (gap == null) {
                close(open, element.droppable());
                elements.add(element);
            } else {
                Gap<?> before = open.putIfAbsent(gap.lane(), gap);
                if (before == null) {
                    elements.add(gap);
                    gaps++;
                } else {
                    before.merge(gap);
                }
            }
        }
        return gone;
    }

    private static @Nullable Gap<?> gapOf(@Nullable Droppable<?> droppable) {
        return droppable == null ? null : droppable.gap();
    }

    private static void close(Map<LatestLane<?>, Gap<?>> open, @Nullable Droppable<?> kept) {
        if (kept != null) {
            open.remove(kept.lane());
        }
    }

    /** What one lane keeps, from the newest message back. */
    private static final class Newest {
        private final Set<String> keys = new HashSet<>();
        private int left;

        Newest(int most) {
            left = most;
        }

        boolean keep(@Nullable String key) {
            if (left == 0 || (key != null && !keys.add(key))) {
                return false;
            }
            left--;
            return true;
        }
    }
}
