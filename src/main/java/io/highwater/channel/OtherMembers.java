package io.highwater.channel;

import io.highwater.limits.HeapBytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The members of a channel on one other node, as that node has told. Their names are kept if it
 * told all of them and there is room. Confined to the shard's thread.
 */
final class OtherMembers {
    /** If a node has more members in a channel, their names are not kept. */
    static final int MOST_NAMES = 1_000;

    /** Heap of this object, and of its place in the feed's map. */
    static final int BYTES = 24 + HeapBytes.MAP_ENTRY + 24;

    /** Heap of a name's place in the map, and its number. */
    static final int NAME_BYTES = HeapBytes.MAP_ENTRY + 16;

    /** The most that a name takes, of which clients choose at most 64 characters. */
    static final int MOST_NAME_BYTES = NAME_BYTES + 104;

    private int count;

    /** How often each name is there; null if not all names are known. */
    private @Nullable Map<String, Integer> names = new HashMap<>(0);

    private long bytes = BYTES;

    int count() {
        return count;
    }

    /** Heap bytes that it takes. */
    long bytes() {
        return bytes;
    }

    boolean knowsNames() {
        return names != null;
    }

    /** All that are known, each name once for each subscription. */
    List<String> clients() {
        List<String> all = new ArrayList<>();
        if (names != null) {
            names.forEach((name, times) -> all.addAll(Collections.nCopies(times, name)));
        }
        return all;
    }

    /**
     * The node has told who is there.
     *
     * @param keepsNames whether there is room for the names
     * @return what has changed since it told something last; null if only now all names are known
     */
    @Nullable NetChange all(Members all, boolean keepsNames, int listed) {
        boolean whole = all.clients().size() == all.count() && all.count() <= MOST_NAMES;
        NetChange change =
                !whole
                        ? inNumber(all.count(), listed)
                        : names == null ? null : byName(all.clients(), names, listed);
        count = all.count();
        forgetNames();
        if (whole && keepsNames) {
            names = new HashMap<>();
            all.clients().forEach(this::put);
        }
        return change;
    }

    private NetChange inNumber(int countAfter, int listed) {
        int more = countAfter - count;
        return new NetChange(listed)
                .add(
                        new Members(Math.max(0, more), List.of()),
                        new Members(Math.max(0, -more), List.of()));
    }

    /** Names that are there before and after cancel out, however many there are. */
    private static NetChange byName(List<String> clients, Map<String, Integer> before, int listed) {
        List<String> came = new ArrayList<>();
        for (String name : clients) {
            if (before.getOrDefault(name, 0) > 0) {
                before.merge(name, -1, Integer::sum);
            } else {
                came.add(name);
            }
        }
        List<String> went = new ArrayList<>();
        before.forEach((name, times) -> went.addAll(Collections.nCopies(times, name)));
        return new NetChange(listed)
                .add(new Members(came.size(), came), new Members(went.size(), went));
    }

    /**
     * The node has told who came and went.
     *
     * @param countAfter what that comes to
     * @return false if it does not fit what is known: something was lost, so nothing has changed
     *     here
     */
    boolean change(int countAfter, Members joined, Members left) {
        if (count + joined.count() - left.count() != countAfter || !knowsAll(left.clients())) {
            return false;
        }
        count = countAfter;
        boolean whole =
                joined.clients().size() == joined.count() && left.clients().size() == left.count();
        if (!whole || count > MOST_NAMES) {
            forgetNames();
        } else if (names != null) {
            left.clients().forEach(this::remove);
            joined.clients().forEach(this::put);
        }
        return true;
    }

    private boolean knowsAll(List<String> clients) {
        if (names == null || clients.isEmpty()) {
            return true;
        }
        Map<String, Integer> asked = new HashMap<>();
        clients.forEach(name -> asked.merge(name, 1, Integer::sum));
        for (Map.Entry<String, Integer> each : asked.entrySet()) {
            if (names.getOrDefault(each.getKey(), 0) < each.getValue()) {
                return false;
            }
        }
        return true;
    }

    private void put(String name) {
        if (names != null && names.merge(name, 1, Integer::sum) == 1) {
            bytes += NAME_BYTES + HeapBytes.of(name);
        }
    }

    private void remove(String name) {
        if (names != null
                && names.computeIfPresent(name, (same, times) -> times == 1 ? null : times - 1)
                        == null) {
            bytes -= NAME_BYTES + HeapBytes.of(name);
        }
    }

    private void forgetNames() {
        names = null;
        bytes = BYTES;
    }
}
