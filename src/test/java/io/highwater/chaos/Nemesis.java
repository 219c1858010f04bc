package io.highwater.chaos;

import io.highwater.chaos.Event.Fault;
import java.util.Random;

/** Does harm to servers, and repairs it. Called by one thread. */
interface Nemesis {
    /** As in the list of faults. */
    String name();

    /**
     * Strikes while clients publish, and returns when all servers are there again.
     *
     * @param random what it draws comes from here
     * @return from when on messages may have been lost, as {@link Fault#lossNanos} says
     */
    long strike(Random random, Traffic traffic) throws Exception;

    /** Whether the nodes lose what they have read, at the same time as the log does. */
    default boolean erases() {
        return false;
    }

    /** One that loses nothing which reached the log. */
    static Nemesis harmless(String name, Harm harm) {
        return losing(
                name,
                (random, traffic) -> {
                    harm.strike(random, traffic);
                    return Fault.NO_LOSS;
                });
    }

    /** One whose harm returns from when on messages may have been lost. */
    static Nemesis losing(String name, Loss loss) {
        return new Nemesis() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long strike(Random random, Traffic traffic) throws Exception {
                return loss.strike(random, traffic);
            }
        };
    }

    /** The same as {@link #losing}, and the nodes lose it too. */
    static Nemesis erasing(String name, Loss loss) {
        return new Nemesis() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long strike(Random random, Traffic traffic) throws Exception {
                return loss.strike(random, traffic);
            }

            @Override
            public boolean erases() {
                return true;
            }
        };
    }

    /** See {@link #harmless}. */
    interface Harm {
        void strike(Random random, Traffic traffic) throws Exception;
    }

    /** See {@link #losing}. */
    interface Loss {
        long strike(Random random, Traffic traffic) throws Exception;
    }
}
