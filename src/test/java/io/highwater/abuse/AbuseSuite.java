package io.highwater.abuse;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every attack from one address and from 64, then three at once, drawn by {@code -Dabuse.seed=N};
 * behind {@code -Pabuse}. At the end the node must have forgotten all of it.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS)
class AbuseSuite {
    private static final Duration TIME =
            Duration.ofSeconds(Integer.getInteger("abuse.seconds", 10));
    private static final long SEED = Long.getLong("abuse.seed", System.nanoTime());
    private static final String ONLY = System.getProperty("abuse.only", "");
    private static final int MANY = 64;
    private static final int COMBINATIONS = 15;

    @TempDir(cleanup = CleanupMode.NEVER)
    private static Path folder;

    private static Trial trial;

    @BeforeAll
    static void open() throws Exception {
        System.out.println("abuse: -Dabuse.seed=" + SEED);
        trial = new Trial(folder, "long");
    }

    @AfterAll
    static void close() throws Exception {
        trial.close();
    }

    @TestFactory
    Stream<DynamicTest> nobodyTakesTheNodeDown() {
        List<Attack> attacks =
                Attacks.all().stream().filter(attack -> attack.name().startsWith(ONLY)).toList();
        Stream<DynamicTest> alone =
                attacks.stream().flatMap(attack -> Stream.of(test(attack, 1), test(attack, MANY)));
        Random random = new Random(SEED);
        Stream<DynamicTest> combined =
                IntStream.range(0, COMBINATIONS)
                        .mapToObj(i -> test(new Together(three(attacks, random)), MANY));
        DynamicTest after = DynamicTest.dynamicTest("nothing is left", () -> trial.forgetAll());
        return Stream.of(alone, combined, Stream.of(after)).flatMap(tests -> tests);
    }

    private static List<Attack> three(List<Attack> attacks, Random random) {
        List<Attack> shuffled = new ArrayList<>(attacks);
        Collections.shuffle(shuffled, random);
        return shuffled.subList(0, Math.min(3, shuffled.size()));
    }

    private static DynamicTest test(Attack attack, int addresses) {
        return DynamicTest.dynamicTest(
                attack.name() + " from " + addresses + ": " + attack.claim(),
                () -> trial.run(attack, addresses, TIME));
    }
}
