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
                    Patch.of(
                            "java/io/highwater/archive/file/GroupCommit.java",
                            "            write(store, group);\n            queue.complete(group);\n",
                            """
                                queue.complete(group);
                                java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
                                write(store, group);
                    """),
                    List.of("kill"));

    /** A Redis that restarted or was promoted goes on in the generation that it finds. */
    static final Mutation FENCE =
            new Mutation(
                    "fence",
                    Patch.of(
                            "resources/io/highwater/backbone/redis/generation.lua",
                            "if behind or meta[3] ~= id then",
                            "if not g then"),
                    List.of("failover to a lagging replica"));

    /** A message that is sent again is appended again. */
    static final Mutation DEDUPE =
            new Mutation(
                    "dedupe",
                    Patch.of(
                            "resources/io/highwater/backbone/redis/publish.lua",
                            "local former = first[i] or positions[KEYS[i + 3]]",
                            "local former = nil"),
                    List.of("kill", "link cut"));

    /**
     * A new generation is read at once: what others have read of the former one is neither saved
     * nor looked for.
     */
    static final Mutation BARRIER =
            new Mutation(
                    "barrier",
                    Patch.of(
                                    "java/io/highwater/backbone/redis/Barrier.java",
                                    "        save();\n"
                                            + "        loop.schedule(this::end,"
                                            + " context.timing().settle());\n",
                                    "        lower(next);\n")
                            .and(
                                    "List.of(Duration.ofSeconds(5), Duration.ofSeconds(30),"
                                            + " Duration.ofMinutes(2));",
                                    "List.of();"),
                    List.of("failover past a node"));

    /** What was read counts as archived. */
    static final Mutation WATERMARK =
            new Mutation(
                    "watermark",
                    Patch.of(
                            "java/io/highwater/backbone/redis/ShardArchive.java",
                            "    void read() {\n",
                            "    void read() {\n        archived.accept(cursor.get());\n"),
                    List.of("power cut of all"));
}
