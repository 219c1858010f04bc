package io.highwater.chaos;

import java.util.List;

/**
 * A safeguard that is taken out of the product: the checker must find out. Immutable.
 *
 * @param name of the safeguard
 * @param patch what takes it out
 * @param nemeses which ones show it
 */
record Mutation(String name, Patch patch, List<String> nemeses) {
    /** It acknowledges and delivers what a crash still takes back. */
    static final Mutation FSYNC =
            new Mutation(
                    "fsync",
                    new Patch(
                            "java/io/highwater/archive/file/GroupCommit.java",
                            "            write(store, group);\n            complete(group);\n",
                            """
                                complete(group);
                                java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
                                write(store, group);
                    """),
                    List.of("kill"));

    /** A Redis that restarted or was promoted goes on in the generation that it finds. */
    static final Mutation FENCE =
            new Mutation(
                    "fence",
                    new Patch(
                            "resources/io/highwater/backbone/redis/generation.lua",
                            "if not g or meta[3] ~= history or tonumber(g) < known or"
                                    + " (tonumber(g) == known and q < read) then",
                            "if not g then"),
                    List.of("failover to a lagging replica"));

    /** A message that is sent again is appended again. */
    static final Mutation DEDUPE =
            new Mutation(
                    "dedupe",
                    new Patch(
                            "resources/io/highwater/backbone/redis/publish.lua",
                            "local former = first[i] or positions[KEYS[i + 3]]",
                            "local former = nil"),
                    List.of("kill", "link cut"));
}
