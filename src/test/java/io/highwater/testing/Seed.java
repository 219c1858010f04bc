package io.highwater.testing;

import java.util.Random;

/**
 * What tests draw at random, from one seed for the JVM: its output says which, and {@code
 * -Dtest.seed=N} draws the same again. Of a race that repeats what is drawn, not who comes first.
 */
public final class Seed {
    private static final String PROPERTY = "test.seed";
    private static final long SEED = Long.getLong(PROPERTY, System.nanoTime());

    static {
        System.out.println("-D" + PROPERTY + "=" + SEED);
    }

    private Seed() {}

    /** Each begins anew, so that a test draws the same wherever it runs. Thread-safe. */
    public static Random random() {
        return new Random(SEED);
    }
}
