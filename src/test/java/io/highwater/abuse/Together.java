package io.highwater.abuse;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/** Several attacks at once, each on a thread of its own. Immutable. */
record Together(List<Attack> attacks) implements Attack {
    @Override
    public String name() {
        return attacks.stream().map(Attack::name).collect(Collectors.joining(" + "));
    }

    @Override
    public String claim() {
        return "what none of them does alone";
    }

    @Override
    public boolean isRemembered() {
        return attacks.stream().anyMatch(Attack::isRemembered);
    }

    @Override
    public void run(Scene scene) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(attacks.size());
        try {
            List<Future<?>> running = new ArrayList<>();
            for (Attack attack : attacks) {
                running.add(
                        threads.submit(
                                () -> {
                                    attack.run(scene);
                                    return null;
                                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("an attack failed of its own", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }
}
