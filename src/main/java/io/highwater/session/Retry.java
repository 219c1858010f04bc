package io.highwater.session;

import io.highwater.time.Timer;

/** Something that is tried again. */
final class Retry extends Timer {
    private final Runnable again;

    Retry(Runnable again) {
        this.again = again;
    }

    @Override
    protected void onDeadline(long nowNanos) {
        again.run();
    }
}
