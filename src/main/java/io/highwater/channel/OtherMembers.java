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
     * @return what has changed since it told something last
     */
    NetChange all(Members all, boolean keepsNames, int listed) {
        NetChange change = new NetChange(listed);
        boolean whole = all.clients().size() == all.count() && all.count() <= MOST_NAMES;
        if (whole && names != null) {
            // Names that are there before and after cancel out, however many there are.
            Map<String, Integer> before = names;
            List<String> came = new ArrayList<>();
            for (String name : all.clients()) {
                if (before.getOrDefault(name, 0) > 0) {
                    before.merge(name, -1, Integer::sum);
                } else {
                    came.add(name);
                }
            }
            List<String> went = new ArrayList<>();
            before.forEach((name, times) -> went.addAll(Collections.nCopies(times, name)));
            change.add(new Members(came.size(), came), new Members(went.size(), went));
        } else {
            int more = all.count() - count;
            change.add(
                    new Members(Math.max(0, more), List.of()),
                    new Members(Math.max(0, -more), List.of()));
        }
        count = all.count();
        forgetNames();
        if (whole && keepsNames) {
            names = new HashMap<>();
            all.clients().forEach(this::put);
        }
        return change;
    }

    /**
     * The node has told who came and went.
     *
     * @param countAfter what that comes to
     * @return false if it does not come to that: something was lost, so nothing has changed here
     */
    boolean change(int countAfter, Members joined, Members left) {
        if (count + joined.count() - left.count() != countAfter) {
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

    private void put(String name) {
        if (names != null && names.merge(name, 1, Integer::sum) == 1) {
            bytes += NAME_BYTES + HeapBytes.of(name);
        }
    }

    private void remove(String name) {
        if (names == null) {
            return;
        }
        Integer times = names.get(name);
        if (times == null) {
            forgetNames(); // They cannot be right.
        } else if (times > 1) {
            names.put(name, times - 1);
        } else {
            names.remove(name);
            bytes -= NAME_BYTES + HeapBytes.of(name);
        }
    }

    private void forgetNames() {
        names = null;
        bytes = BYTES;
    }
}
