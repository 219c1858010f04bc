package io.highwater.channel;

import io.highwater.limits.HeapBytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who came and who went, gathered from several places. Keeps a bounded number of names. Confined to
 * its owner.
 */
final class NetChange {
    /** A place in a list. */
    private static final int NAME_BYTES = 8;

    private final int listed;
    private int joined;
    private int left;
    private final List<String> joinedNames = new ArrayList<>(0);
    private final List<String> leftNames = new ArrayList<>(0);

    /**
     * @param listed the most names of those who came, and of those who went
     */
    NetChange(int listed) {
        this.listed = listed;
    }

    NetChange add(Members in, Members out) {
        joined += in.count();
        left += out.count();
        take(joinedNames, in.clients());
        take(leftNames, out.clients());
        cancel();
        return this;
    }

    private void take(List<String> names, List<String> more) {
        names.addAll(more.subList(0, Math.min(more.size(), listed - names.size())));
    }

    /** Who is listed on both sides has not changed. */
    private void cancel() {
        if (joinedNames.isEmpty() || leftNames.isEmpty()) {
            return;
        }
        Map<String, Integer> gone = new HashMap<>();
        leftNames.forEach(name -> gone.merge(name, 1, Integer::sum));
        List<String> arrived = new ArrayList<>();
        for (String name : joinedNames) {
            if (gone.getOrDefault(name, 0) > 0) {
                gone.merge(name, -1, Integer::sum);
            } else {
                arrived.add(name);
            }
        }
        int both = joinedNames.size() - arrived.size();
        joined -= both;
        left -= both;
        joinedNames.clear();
        joinedNames.addAll(arrived);
        leftNames.clear();
        gone.forEach((name, times) -> leftNames.addAll(Collections.nCopies(times, name)));
    }

    boolean isEmpty() {
        return joined == 0 && left == 0;
    }

    Members joined() {
        return new Members(joined, joinedNames);
    }

    Members left() {
        return new Members(left, leftNames);
    }

    /** Heap bytes of the names that it keeps. */
    long bytes() {
        long bytes = 0;
        for (String name : joinedNames) {
            bytes += NAME_BYTES + HeapBytes.of(name);
        }
        for (String name : leftNames) {
            bytes += NAME_BYTES + HeapBytes.of(name);
        }
        return bytes;
    }
}
