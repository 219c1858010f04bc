package io.highwater.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The clock of a node, which goes an hour behind. Stateless. */
final class Clock {
    private static final Patch SET_BACK =
            Patch.of(
                    "java/io/highwater/time/WallClock.java",
                    "return System::currentTimeMillis;",
                    "return () -> System.currentTimeMillis() - 3_600_000;");

    private Clock() {}

    /** What a node has in front of its class path then. */
    static List<Path> setBack(Path folder) throws IOException {
        return List.of(SET_BACK.make(folder));
    }
}
