package io.highwater.channel;

import io.highwater.limits.HeapBytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;

/**
 * The members of a channel on all other nodes, and what has changed there since it was told.
 * Confined to the shard's thread.
 */
final class Elsewhere {
    /** Heap when it is empty, with the channel's place among those that are watched. */
    static final int BYTES = 400;

    private final int listed;
    private final Map<Long, OtherMembers> nodes = new HashMap<>();

    /** Nodes that have not told yet. */
    private final Set<Long> awaited;

    private NetChange change;
    private int count;
    private long memberBytes;

    Elsewhere(Set<Long> known, int listed) {
        this.awaited = new HashSet<>(known);
        this.listed = listed;
        this.change = new NetChange(listed);
    }

    /** Whether all nodes have told that were asked. */
    boolean isKnown() {
        return awaited.isEmpty();
    }

    int count() {
        return count;
    }

    long bytes() {
        return BYTES + memberBytes + change.bytes();
    }

    /**
     * @param admits whether there is room for so many bytes
     * @return false if it is not known what has changed: all has to be told anew
     */
    boolean all(long node, Members all, LongPredicate admits) {
        awaited.remove(node);
        OtherMembers members = nodes.computeIfAbsent(node, id -> new OtherMembers());
        long bytes = 0;
        for (String name : all.clients()) {
            bytes += OtherMembers.NAME_BYTES + HeapBytes.of(name);
        }
        NetChange more = members.all(all, admits.test(bytes), listed);
        if (more != null) {
            gather(more);
        }
        settle();
        return more != null;
    }

    /**
     * @param admits whether there is room for so many bytes
     * @return false if the node has to tell all again
     */
    boolean change(long node, int countAfter, Members joined, Members left, LongPredicate admits) {
        OtherMembers members = nodes.get(node);
        if (members == null || !members.change(countAfter, joined, left)) {
            return false;
        }
        gather(new NetChange(listed).add(joined, left));
        settle();
        return members.knowsNames()
                || members.count() > OtherMembers.MOST_NAMES / 2
                || !admits.test((long) members.count() * OtherMembers.MOST_NAME_BYTES);
    }

    void gone(long node) {
        awaited.remove(node);
        OtherMembers members = nodes.remove(node);
        if (members != null) {
            gather(
                    new NetChange(listed)
                            .add(Members.NONE, new Members(members.count(), members.clients())));
            settle();
        }
    }

    private void gather(NetChange more) {
        change.add(more.joined(), more.left());
    }

    private void settle() {
        count = 0;
        memberBytes = 0;
        for (OtherMembers members : nodes.values()) {
            count += members.count();
            memberBytes += members.bytes();
        }
    }

    boolean hasChanged() {
        return !change.isEmpty();
    }

    /** What has changed; from now on it counts as told. */
    NetChange take() {
        NetChange taken = change;
        change = new NetChange(listed);
        return taken;
    }

    /** All names that are known. */
    List<String> clients() {
        List<String> clients = new ArrayList<>();
        nodes.values().forEach(members -> clients.addAll(members.clients()));
        return clients;
    }
}
