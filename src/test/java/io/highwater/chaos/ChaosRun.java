package io.highwater.chaos;

import io.highwater.chaos.Event.Fault;
import io.highwater.chaos.Event.Loss;
import io.highwater.chaos.Event.Stuck;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;

/**
 * One run: clients publish and follow while nemeses strike, then everything comes to rest, and the
 * checker judges. Called by one thread, once.
 */
final class ChaosRun {
    private static final Duration PATIENCE = Duration.ofSeconds(240);

    private static final int MOST_BETWEEN = 60;
    private static final int LEAST_BETWEEN = 20;

    private final Deployment deployment;
    private final Random random;
    private final History history = new History();
    private final List<Publisher> publishers = new ArrayList<>();
    private final List<Follower> followers = new ArrayList<>();
    private final Traffic traffic;
    private int lastSize;
    private long lastChangeNanos;

    private ChaosRun(Deployment deployment, long seed) {
        this.deployment = deployment;
        this.random = new Random(seed);
        Load load = deployment.load();
        List<URI> nodes = deployment.nodes();
        for (String channel : load.channels()) {
            String prefix = channel.replace(':', '_');
            for (int i = 0; i < load.followers(); i++) {
                followers.add(new Follower(nodes, prefix + "-reader" + i, channel, history, seed));
            }
            for (int i = 0; i < load.publishers(); i++) {
                publishers.add(
                        new Publisher(nodes, prefix + "-writer" + i, channel, history, seed, load));
            }
        }
        traffic = new Traffic(history, publishers);
    }

    /**
     * Starts the deployment, judges it and closes it.
     *
     * @param strikes how many faults there are; every kind comes once before any comes twice
     * @param wanted which nemeses strike
     */
    static Verdict judge(Deployment deployment, long seed, int strikes, Predicate<Nemesis> wanted)
            throws Exception {
        ChaosRun run = new ChaosRun(deployment, seed);
        try (deployment) {
            deployment.start();
            run.live(strikes, wanted);
        } catch (Exception | Error e) {
            e.addSuppressed(new AssertionError(deployment.logs()));
            throw e;
        } finally {
            for (ChaosClient client : run.clients()) {
                client.abandon();
            }
        }
        return run.verdict();
    }

    private void live(int strikes, Predicate<Nemesis> wanted) throws Exception {
        followers.forEach(ChaosClient::start);
        for (Follower follower : followers) {
            follower.awaitFollows();
        }
        publishers.forEach(ChaosClient::start);
        for (Nemesis nemesis : plan(strikes, wanted)) {
            strike(nemesis);
        }
        progress("after the last fault");
        comeToRest();
        deployment.settle();
        if (deployment.promise().isArchived()) {
            for (URI node : deployment.nodes()) {
                for (String channel : deployment.load().channels()) {
                    HistoryReader.read(node, channel, history);
                }
            }
        }
    }

    private Verdict verdict() throws IOException {
        Verdict verdict = Checker.check(deployment.promise(), history.events());
        if (!verdict.holds()) {
            System.out.println("chaos: the whole history is in " + history.write());
        }
        return verdict;
    }

    private List<ChaosClient> clients() {
        List<ChaosClient> all = new ArrayList<>(publishers);
        all.addAll(followers);
        return all;
    }

    private List<Nemesis> plan(int strikes, Predicate<Nemesis> wanted) {
        List<Nemesis> plan = new ArrayList<>();
        while (plan.size() < strikes) {
            List<Nemesis> all =
                    new ArrayList<>(deployment.nemeses().stream().filter(wanted).toList());
            Collections.shuffle(all, random);
            plan.addAll(all);
        }
        return plan.subList(0, strikes);
    }

    private void strike(Nemesis nemesis) throws Exception {
        progress("before " + nemesis.name());
        long begun = history.now();
        Loss loss = nemesis.strike(random, traffic);
        history.add(new Fault(begun, history.now(), nemesis.name(), loss));
    }

    private void progress(String when) throws InterruptedException {
        int more = LEAST_BETWEEN + random.nextInt(MOST_BETWEEN - LEAST_BETWEEN);
        if (!traffic.awaitAcknowledged(more, PATIENCE)) {
            publishers.stream()
                    .map(Publisher::toString)
                    .forEach(text -> history.add(new Stuck(history.now(), text, when)));
        }
    }

    private void comeToRest() throws InterruptedException {
        publishers.forEach(ChaosClient::askToEnd);
        for (Publisher publisher : publishers) {
            if (!publisher.awaitEnd(PATIENCE)) {
                history.add(new Stuck(history.now(), publisher.name(), publisher.toString()));
            }
        }
        Map<String, Set<Message>> sent = new HashMap<>();
        for (Publisher publisher : publishers) {
            sent.computeIfAbsent(publisher.channel(), none -> new HashSet<>())
                    .addAll(publisher.acknowledged());
        }
        for (Follower follower : followers) {
            follower.expect(sent.get(follower.channel()));
            follower.askToEnd();
        }
        long begun = history.now();
        for (Follower follower : followers) {
            while (!follower.awaitEnd(Duration.ofMillis(100))
                    && history.now() - begun < PATIENCE.toNanos()
                    && !isQuiet()) {}
        }
    }

    private boolean isQuiet() {
        int size = history.size();
        long now = history.now();
        if (size != lastSize) {
            lastSize = size;
            lastChangeNanos = now;
        }
        return now - lastChangeNanos > deployment.quiet().toNanos();
    }
}
