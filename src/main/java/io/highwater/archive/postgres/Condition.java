package io.highwater.archive.postgres;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.archive.ArchiveHealth;
import io.highwater.archive.ArchiveHealth.State;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Whether the archive can do its work, and if not, why. Thread-safe. */
final class Condition {
    private final String shown;

    @GuardedBy("this")
    private boolean started;

    @GuardedBy("this")
    private boolean closed;

    /** Why the server cannot be reached; null while it can. */
    @GuardedBy("this")
    private @Nullable String unreachable;

    /** Why writes fail, by the lane of the write. */
    @GuardedBy("this")
    private final TreeMap<Integer, String> failing = new TreeMap<>();

    /**
     * @param shown where the database is, without a password
     */
    Condition(String shown) {
        this.shown = shown;
    }

    synchronized ArchiveHealth health() {
        if (closed) {
            return new ArchiveHealth(State.CLOSED, "closed");
        } else if (!started) {
            return new ArchiveHealth(State.STARTING, "opens " + shown);
        } else if (unreachable != null) {
            return new ArchiveHealth(State.UNAVAILABLE, unreachable);
        } else if (!failing.isEmpty()) {
            return new ArchiveHealth(State.UNAVAILABLE, failing.firstEntry().getValue());
        }
        return new ArchiveHealth(State.AVAILABLE, "in " + shown);
    }

    /** Entries can be written and read. False if it was closed. */
    synchronized boolean start() {
        started = !closed;
        return started;
    }

    synchronized boolean isStarted() {
        return started && !closed;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized void unreachable(String why) {
        unreachable = why;
    }

    synchronized void reachable() {
        unreachable = null;
    }

    synchronized void writesFail(int lane, String why) {
        failing.put(lane, why);
    }

    /** True if they failed before. */
    synchronized boolean writesSucceed(int lane) {
        return failing.remove(lane) != null;
    }

    /** False if it was closed before. */
    synchronized boolean close() {
        boolean first = !closed;
        closed = true;
        return first;
    }
}
