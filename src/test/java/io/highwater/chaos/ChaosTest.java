package io.highwater.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.Seed;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The short form of {@link ChaosSuite}: one run of each deployment. */
@Timeout(900)
final class ChaosTest {
    private static final int STRIKES = 4;

    @TempDir(cleanup = CleanupMode.NEVER)
    private Path folder;

    private final long seed = Seed.random().nextLong();

    @Test
    void aNodeWithAnArchiveInAFolderLosesNothing() throws Exception {
        judge("file", FileDeployment.in(folder, List.of()));
    }

    @Test
    void nodesOnARedisLoseOnlyWhatItLoses() throws Exception {
        judge("redis", RedisDeployment.of(2, folder, List.of()));
    }

    private void judge(String name, Deployment deployment) throws Exception {
        Verdict verdict = ChaosRun.judge(deployment, seed, STRIKES, nemesis -> true);
        System.out.println("chaos " + name + " seed=" + seed + ": " + verdict.summary());
        assertThat(verdict.holds()).as(verdict.report()).isTrue();
    }
}
