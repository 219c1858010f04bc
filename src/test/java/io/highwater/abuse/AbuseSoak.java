package io.highwater.abuse;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten minutes of one to three attacks at once, from one address to 64, as {@code -Dabuse.seed=N}
 * draws them; behind {@code -Pabuse}.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
class AbuseSoak {
    private static final Duration TIME =
            Duration.ofMinutes(Integer.getInteger("abuse.soak-minutes", 10));
    private static final long SEED = Long.getLong("abuse.seed", System.nanoTime());
    private static final int MOST_AT_ONCE = 3;
    private static final int MOST_SECONDS = 20;
    private static final List<Integer> ADDRESSES = List.of(1, 8, 64);

    @TempDir(cleanup = CleanupMode.NEVER)
    private static Path folder;

    @Test
    void theNodeLivesThroughAllOfIt() throws Exception {
        System.out.println("abuse: -Dabuse.seed=" + SEED);
        Random random = new Random(SEED);
        long deadline = System.nanoTime() + TIME.toNanos();
        try (Trial trial = new Trial(folder, "soak")) {
            while (System.nanoTime() - deadline < 0) {
                List<Attack> attacks = new ArrayList<>(Attacks.all());
                Collections.shuffle(attacks, random);
                Attack mixture = new Together(attacks.subList(0, 1 + random.nextInt(MOST_AT_ONCE)));
                int addresses = ADDRESSES.get(random.nextInt(ADDRESSES.size()));
                Duration time = Duration.ofSeconds(1 + random.nextInt(MOST_SECONDS));
                // Until the end memory is no question: there is always an attack to remember.
                trial.run(new Remembered(mixture), addresses, time);
            }
            trial.forgetAll();
        }
    }

    private record Remembered(Attack attack) implements Attack {
        @Override
        public String name() {
            return attack.name();
        }

        @Override
        public String claim() {
            return attack.claim();
        }

        @Override
        public boolean isRemembered() {
            return true;
        }

        @Override
        public void run(Scene scene) throws Exception {
            attack.run(scene);
        }
    }
}
