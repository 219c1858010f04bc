package io.highwater.chaos;

import io.highwater.chaos.Event.Loss;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Does harm to servers, and repairs it. Called by one thread. */
interface Nemesis {
    /** As in the list of faults. */
    String name();

    /**
     * Strikes while clients publish, and returns when all servers are there again.
     *
     * @param random what it draws comes from here
     * @return what may be lost; null if nothing that reached the log
     */
    @Nullable Loss strike(Random random, Traffic traffic) throws Exception;

    /** One that loses nothing which reached the log. */
    static Nemesis harmless(String name, Harm harm) {
        return losing(
                name,
                (random, traffic) -> {
                    harm.strike(random, traffic);
                    return null;
                });
    }

    /** One whose harm returns what may be lost. */
    static Nemesis losing(String name, LossyHarm harm) {
        return new Nemesis() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public @Nullable Loss strike(Random random, Traffic traffic) throws Exception {
                return harm.strike(random, traffic);
            }
        };
    }

    /** See {@link #harmless}. */
    interface Harm {
        void strike(Random random, Traffic traffic) throws Exception;
    }

    /** See {@link #losing}. */
    interface LossyHarm {
        @Nullable Loss strike(Random random, Traffic traffic) throws Exception;
    }
}
