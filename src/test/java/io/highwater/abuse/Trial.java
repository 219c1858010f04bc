package io.highwater.abuse;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sets attacks upon a node, one after the other, and looks each time at the node, at the good
 * client, at its log and at what is left. A node that has died is replaced by a new one. Confined
 * to its caller.
 */
final class Trial implements AutoCloseable {
    private static final Duration CALM = Duration.ofSeconds(30);

    /** The longest that a node remembers by contract: msgIds. */
    private static final Duration REMEMBERED = Duration.ofMinutes(6);

    /** A good client of which nothing has succeeded for so long is taken down, too. */
    private static final long STALL_NANOS = 8_000_000_000L;

    private static final long PAUSE_NANOS = 500_000_000;

    private final Path folder;
    private final Path report;
    private @Nullable Ward ward;

    /** Of any attack on this node so far: it remembers them for a while. */
    private int mostAddresses;

    /** Until then the node may keep what an attack on it made it remember. */
    private long rememberedUntilNanos = System.nanoTime();

    /**
     * @param form names the file in target that gets the lines, too
     */
    Trial(Path folder, String form) throws IOException {
        this.folder = folder;
        report = Files.createDirectories(Path.of("target")).resolve("abuse-" + form + ".txt");
        Files.deleteIfExists(report);
    }

    /**
     * Prints one line of it, and fails with all that went wrong.
     *
     * @param addresses the attacker's
     */
    void run(Attack attack, int addresses, Duration time) throws Exception {
        Ward ward = liveWard();
        mostAddresses = Math.max(mostAddresses, addresses);
        ward.good.forget();
        int logged = ward.node.log().size();
        Scene scene = Scene.at(ward.node, addresses, time);
        List<String> problems = new ArrayList<>();
        long begun = System.nanoTime();
        attack.run(scene);
        long tookNanos = System.nanoTime() - begun;
        String took = seconds(begun);
        String worst = ward.good.worst();
        if (tookNanos > STALL_NANOS) {
            ward.good
                    .heldUp()
                    .forEach(
                            name ->
                                    problems.add(
                                            "held up all the time: the good client's " + name));
        }
        if (attack.isRemembered()) {
            rememberedUntilNanos = System.nanoTime() + REMEMBERED.toNanos();
        }
        if (ward.node.isAlive()) {
            boolean remembers = System.nanoTime() - rememberedUntilNanos < 0;
            problems.addAll(left(ward, remembers, mostAddresses, CALM));
        }
        String calm = seconds(begun + tookNanos);
        List<String> log = ward.node.log();
        LogLines lines = new LogLines(log.subList(logged, log.size()));
        problems.addAll(
                lines.tooMany(addresses, secondsSince(begun), secondsSince(ward.bornNanos)));
        boolean lives = ward.node.isAlive();
        if (lives) {
            List<String> failures = ward.good.failures();
            failures.forEach(failure -> problems.add("the good client's " + failure));
            if (!failures.isEmpty()) {
                problems.add("sessions ended so far, by code: " + ward.node.closes());
            }
        } else {
            problems.add("the node died: " + ward.node.lastWords());
        }
        print(
                String.format(
                        "abuse: %s from %d: %s after %s, calm %s later; %s; worst: %s; %d log"
                                + " lines%s",
                        attack.name(),
                        addresses,
                        lives ? "lives" : "DIED",
                        took,
                        calm,
                        scene.tally(),
                        worst,
                        lines.lines().size(),
                        problems.isEmpty() ? "" : "; " + problems));
        if (!problems.isEmpty()) {
            // What is left would be held against the next.
            retire();
            throw new AssertionError(
                    attack.name() + " (" + attack.claim() + "): " + String.join("; ", problems));
        }
    }

    /**
     * Waits until the node has forgotten all that it keeps by contract; fails where it does not.
     * The names of channels stay while there is room for them, and with them who pays for them.
     */
    void forgetAll() throws Exception {
        Ward ward = liveWard();
        print("abuse: to be forgotten: " + look(ward, false, mostAddresses));
        List<String> left = left(ward, false, mostAddresses, REMEMBERED);
        if (!left.isEmpty()) {
            throw new AssertionError("after " + REMEMBERED + ": " + left);
        }
    }

    int adminPort() throws Exception {
        return liveWard().node.adminPort();
    }

    /** A node, who is on it, and how it was before any attack. */
    private record Ward(AbuseNode node, long bornNanos, GoodClient good, Footprint before) {}

    private Ward liveWard() throws Exception {
        if (ward != null && ward.node.isAlive()) {
            return ward;
        }
        retire();
        long bornNanos = System.nanoTime();
        AbuseNode node = AbuseNode.start(folder);
        GoodClient good = GoodClient.start(node.port());
        ward = new Ward(node, bornNanos, good, node.footprint());
        return ward;
    }

    private void retire() throws InterruptedException {
        if (ward != null) {
            ward.node.close();
            ward.good.close();
            ward = null;
        }
    }

    /** What does not go away in time. */
    private static List<String> left(
            Ward ward, boolean besidesMemory, int addresses, Duration patience)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            List<String> left = look(ward, besidesMemory, addresses);
            if (left.isEmpty() || !ward.node.isAlive() || System.nanoTime() - deadline >= 0) {
                return left;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static List<String> look(Ward ward, boolean besidesMemory, int addresses)
            throws IOException, InterruptedException {
        try {
            Footprint now = ward.node.footprint();
            return besidesMemory
                    ? now.leftBesidesMemory(ward.before)
                    : now.leftSince(ward.before, addresses);
        } catch (IOException | AssertionError e) {
            return List.of("the node does not say what it holds: " + e);
        }
    }

    private static int secondsSince(long sinceNanos) {
        return (int) ((System.nanoTime() - sinceNanos) / 1_000_000_000);
    }

    private static String seconds(long sinceNanos) {
        return String.format("%.1f s", (System.nanoTime() - sinceNanos) / 1e9);
    }

    private void print(String line) throws IOException {
        PrintStream out = System.out;
        out.println(line);
        Files.writeString(
                report, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public void close() throws InterruptedException {
        retire();
    }
}
