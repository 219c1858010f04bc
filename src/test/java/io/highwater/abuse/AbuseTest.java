package io.highwater.abuse;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every attack for a moment. {@code -Dabuse.only=NAME} takes those whose names begin so, {@code
 * -Dabuse.seconds=N} and {@code -Dabuse.addresses=N} make them longer and wider.
 */
@Timeout(value = 30, unit = java.util.concurrent.TimeUnit.MINUTES)
class AbuseTest {
    private static final String ONLY = System.getProperty("abuse.only", "");
    private static final Duration TIME =
            Duration.ofMillis(
                    (long) (Double.parseDouble(System.getProperty("abuse.seconds", "1.5")) * 1000));
    private static final int ADDRESSES = Integer.getInteger("abuse.addresses", 16);

    @TempDir(cleanup = CleanupMode.NEVER)
    private static Path folder;

    private static Trial trial;

    @BeforeAll
    static void open() {
        trial = new Trial(folder);
    }

    @AfterAll
    static void close() throws Exception {
        trial.close();
    }

    @TestFactory
    Stream<DynamicTest> nobodyTakesTheNodeDown() {
        return Attacks.all().stream()
                .filter(attack -> attack.name().startsWith(ONLY))
                .map(
                        attack ->
                                DynamicTest.dynamicTest(
                                        attack.name() + ": " + attack.claim(),
                                        () -> trial.run(attack, ADDRESSES, TIME, 1)));
    }
}
