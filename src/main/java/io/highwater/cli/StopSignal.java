package io.highwater.cli;

import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/** The request to stop: SIGTERM or SIGINT. Thread-safe. */
@FunctionalInterface
interface StopSignal {
    /** Returns when the signal has come. */
    void await() throws InterruptedException;

    /**
     * Watches this process from now on. Uses a signal handler instead of a shutdown hook: hooks run
     * concurrently, so CDI's hook would end the beans while sessions are still being closed, and
     * the exit code would be 143. A second signal ends the process at once.
     */
    static StopSignal watch() {
        CountDownLatch asked = new CountDownLatch(1);
        for (String name : new String[] {"TERM", "INT"}) {
            Signal.handle(
                    new Signal(name),
                    signal -> {
                        if (asked.getCount() == 0) {
                            Runtime.getRuntime().halt(128 + signal.getNumber());
                        }
                        asked.countDown();
                    });
        }
        return asked::await;
    }
}
