package io.highwater.backbone.archived;

import java.util.ArrayList;
import java.util.List;

/** What is to be done once the shard's lock is released. Confined to its caller. */
final class Later {
    private List<Runnable> tasks = List.of();

    void add(Runnable task) {
        if (tasks.isEmpty()) {
            tasks = new ArrayList<>(2);
        }
        tasks.add(task);
    }

    /** Caller holds no lock. */
    void run() {
        for (Runnable task : tasks) {
            task.run();
        }
    }
}
