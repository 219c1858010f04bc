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
 * What LATEST does to a queue above its high-water mark. It walks from the newest message back, and
 * keeps of each series the first message that it meets of every key, and every message without a
 * key, until it has as many as that series may keep, N. So without keys it keeps the newest N, and
 * with keys the newest of each of the N keys that were last used. If the queue is then still above
 * the mark, because there are many series or large messages, it halves N until the queue is not; at
 * last it drops the oldest. It never drops the newest message of the queue, nor what may not be
 * dropped.
 *
 * <p>Where messages were dropped, a {@link SkipNotice} stands. It takes in the notices of its
 * series behind it, up to the next message of the series that is kept. So no series has two notices
 * in a row, and there are at most as many notices as kept messages and series together.
 *
 * <p>Confined to its caller, who holds the lock of the queue.
 */
final class Thinning {
    private final WaterMarks marks;
    private final ArrayDeque<Element> elements;
    private final Set<Element> dropped = Collections.newSetFromMap(new IdentityHashMap<>());
    private int messages;
    private long bytes;
    private int notices;

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
        return replaceByNotices();
    }

    /** How many more notices there are than before, or fewer. */
    int notices() {
        return notices;
    }

    private boolean isAbove() {
        return messages > marks.highMessages() || bytes > marks.highBytes();
    }

    /**
     * Decides anew what goes.
     *
     * @param shift how often N is halved
     * @return true where every series keeps one message at most
     */
    private boolean select(int shift) {
        dropped.clear();
        messages = 0;
        bytes = 0;
        boolean least = true;
        Map<LatestSeries<?>, Newest> all = new IdentityHashMap<>();
        for (Iterator<Element> newestFirst = elements.descendingIterator();
                newestFirst.hasNext(); ) {
            Element element = newestFirst.next();
            Droppable<?> droppable = element.droppable();
            if (droppable != null) {
                LatestSeries<?> series = droppable.series();
                int most = shift < Integer.SIZE ? series.latestCount() >> shift : 0;
                least &= most <= 1;
                Newest newest = all.computeIfAbsent(series, any -> new Newest(Math.max(1, most)));
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

    private List<Queued> replaceByNotices() {
        List<Queued> gone = new ArrayList<>(dropped.size());
        // The notice that has no kept message of its series behind it yet.
        Map<LatestSeries<?>, SkipNotice<?>> open = new IdentityHashMap<>();
        for (int left = elements.size(); left > 0; left--) {
            Element element = elements.remove();
            SkipNotice<?> notice = null;
            if (element instanceof SkipNotice<?> old) {
                notice = old;
                notices--;
            } else if (element instanceof Queued message && dropped.contains(element)) {
                gone.add(message);
                notice = skipped(message.droppable());
            }
            if (notice == null) {
                close(open, element.droppable());
                elements.add(element);
            } else {
                SkipNotice<?> before = open.putIfAbsent(notice.series(), notice);
                if (before == null) {
                    elements.add(notice);
                    notices++;
                } else {
                    before.merge(notice);
                }
            }
        }
        return gone;
    }

    private static @Nullable SkipNotice<?> skipped(@Nullable Droppable<?> dropped) {
        return dropped == null ? null : dropped.skipped();
    }

    private static void close(
            Map<LatestSeries<?>, SkipNotice<?>> open, @Nullable Droppable<?> kept) {
        if (kept != null) {
            open.remove(kept.series());
        }
    }

    /** What one series keeps, from the newest message back. */
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
