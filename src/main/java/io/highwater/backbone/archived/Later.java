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

    /** All of it is done, even if a part of it throws. Caller holds no lock. */
    void run() {
        Throwable first = null;
        for (Runnable task : tasks) {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first instanceof Error error) {
            throw error;
        } else if (first != null) {
            throw (RuntimeException) first;
        }
    }
}
