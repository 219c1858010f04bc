package io.highwater.abuse;

import io.highwater.log.LogLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a node has written to its log during an attack. Immutable. */
record LogLines(List<String> lines) {
    // What names a peer is limited by kind and address, in a minute that begins with the first line
    // of any: LogLimit. All else is written by the clock: where nothing of a peer's is refused, an
    // attack from 64 addresses makes up to a dozen lines.

    private static final Pattern EVENT = Pattern.compile("\"event\":\"([^\"]*)\"");
    private static final Pattern PEER = Pattern.compile("\"peer\":\"/?([^\":]*)");
    private static final int MINUTE = 60;

    /** Each of the accounts, and the governor of slow clients. */
    private static final int MOST_A_SECOND = 9;

    /** Closes, by code, and what is said once. */
    private static final int MOST_A_MINUTE = 30;

    /**
     * What is more than the node's bounds allow, in words; empty where nothing is.
     *
     * @param addresses the attacker's
     * @param seconds that the attack took
     * @param age of the node after it, in seconds
     */
    List<String> tooMany(int addresses, int seconds, int age) {
        // No minute ends before the node is one old; beside those within the attack one may have
        // been about to.
        int minutes = 1 + Math.min(age / MINUTE, 1 + seconds / MINUTE);
        Map<String, Integer> ofPeers = new TreeMap<>();
        Map<String, Integer> others = new TreeMap<>();
        for (String line : lines) {
            Matcher event = EVENT.matcher(line);
            String kind = event.find() ? event.group(1) : "no event";
            Matcher peer = PEER.matcher(line);
            if (peer.find()) {
                ofPeers.merge(kind + " of " + peer.group(1), 1, Integer::sum);
            } else {
                others.merge(kind, 1, Integer::sum);
            }
        }
        List<String> tooMany = new ArrayList<>();
        int most = minutes * LogLimit.LINES;
        ofPeers.forEach(
                (kind, count) -> {
                    if (count > most) {
                        tooMany.add(count + " log lines " + kind + ", not " + most);
                    }
                });
        // Few come near their own, with one kind; the others of one address have as much room as
        // there are kinds.
        long kinds = ofPeers.keySet().stream().map(kind -> kind.split(" ")[0]).distinct().count();
        long mostOfAll = (addresses + kinds) * most;
        int ofAll = ofPeers.values().stream().mapToInt(Integer::intValue).sum();
        if (ofAll > mostOfAll) {
            tooMany.add(ofAll + " log lines of " + addresses + " peers, not " + mostOfAll);
        }
        int all = others.values().stream().mapToInt(Integer::intValue).sum();
        int mostOthers = minutes * MOST_A_MINUTE + (1 + seconds) * MOST_A_SECOND;
        if (all > mostOthers) {
            tooMany.add(all + " log lines without a peer, not " + mostOthers + ": " + others);
        }
        return tooMany;
    }
}
