package io.highwater.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every deployment with several seeds, and every mutation, which must be found; behind {@code
 * -Pchaos}. {@code -Dchaos.seed=N} has the first seed, {@code -Dchaos.seeds=N} how many, {@code
 * -Dchaos.strikes=N} how many faults each run has, {@code -Dchaos.only=NAME} takes the runs whose
 * names begin so, {@code -Dchaos.nemesis=NAME} the faults. {@code target/chaos.txt} gets a line for
 * each run.
 */
@Timeout(value = 5, unit = TimeUnit.HOURS)
class ChaosSuite {
    private static final long SEED = Long.getLong("chaos.seed", System.nanoTime());
    private static final int SEEDS = Integer.getInteger("chaos.seeds", 5);
    private static final int STRIKES = Integer.getInteger("chaos.strikes", 15);
    private static final int MUTATION_STRIKES = 4;
    private static final String ONLY = System.getProperty("chaos.only", "");
    private static final String NEMESIS = System.getProperty("chaos.nemesis", "");

    @TempDir(cleanup = CleanupMode.NEVER)
    private static Path folder;

    /** Makes a deployment. */
    private interface Setting {
        Deployment make(Path folder, List<Path> front) throws Exception;
    }

    /** A deployment, and the mutations that it must find. */
    private record Case(String name, Setting setting, List<Mutation> mutations) {}

    private static final List<Case> CASES =
            List.of(
                    new Case("file", FileDeployment::in, List.of(Mutation.FSYNC)),
                    new Case("small-disk", FileDeployment::onSmallDisk, List.of()),
                    new Case(
                            "redis",
                            (folder, front) -> RedisDeployment.of(3, folder, front),
                            List.of(Mutation.FENCE, Mutation.DEDUPE)),
                    new Case(
                            "postgres",
                            (folder, front) -> RedisDeployment.archived(3, folder, front),
                            List.of(Mutation.BARRIER, Mutation.WATERMARK)));

    @TestFactory
    Stream<DynamicTest> nothingIsLostDoubledOrReordered() {
        return CASES.stream()
                .flatMap(
                        one ->
                                LongStream.range(SEED, SEED + SEEDS)
                                        .mapToObj(seed -> run(one, seed)))
                .filter(test -> test.getDisplayName().startsWith(ONLY));
    }

    private static DynamicTest run(Case one, long seed) {
        String name = one.name + " seed=" + seed;
        return DynamicTest.dynamicTest(
                name,
                () -> {
                    Verdict verdict =
                            judge(
                                    one,
                                    seed,
                                    List.of(),
                                    STRIKES,
                                    nemesis -> nemesis.name().startsWith(NEMESIS));
                    say(name, verdict);
                    assertThat(verdict.holds()).as(verdict.report()).isTrue();
                });
    }

    @TestFactory
    Stream<DynamicTest> everyMutationIsFound() {
        return CASES.stream()
                .flatMap(one -> one.mutations.stream().map(mutation -> find(one, mutation)))
                .filter(test -> test.getDisplayName().startsWith(ONLY));
    }

    private static DynamicTest find(Case one, Mutation mutation) {
        String name = one.name + " without " + mutation.name();
        return DynamicTest.dynamicTest(
                name,
                () -> {
                    Verdict verdict =
                            judge(
                                    one,
                                    SEED,
                                    List.of(mutation.patch().make(folder)),
                                    MUTATION_STRIKES,
                                    nemesis -> mutation.nemeses().contains(nemesis.name()));
                    say(name, verdict);
                    assertThat(verdict.holds()).as(verdict.summary()).isFalse();
                });
    }

    private static Verdict judge(
            Case one, long seed, List<Path> front, int strikes, Predicate<Nemesis> wanted)
            throws Exception {
        Path own = Files.createTempDirectory(folder, one.name);
        Deployment deployment = one.setting.make(own, front);
        return ChaosRun.judge(deployment, seed, strikes, wanted);
    }

    private static void say(String name, Verdict verdict) throws IOException {
        String line = "chaos " + name + ": " + verdict.summary();
        System.out.println(line);
        Files.writeString(
                Path.of("target", "chaos.txt"),
                line + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
