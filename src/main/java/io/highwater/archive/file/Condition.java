package io.highwater.archive.file;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.archive.ArchiveHealth;
import io.highwater.archive.ArchiveHealth.State;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Whether the archive can do its work, and if not, why. Thread-safe. */
final class Condition {
    private final Path folder;

    @GuardedBy("this")
    private State state = State.STARTING;

    @GuardedBy("this")
    private @Nullable Throwable cause;

    @GuardedBy("this")
    private String why = "";

    Condition(Path folder) {
        this.folder = folder;
    }

    synchronized ArchiveHealth health() {
        return new ArchiveHealth(
                state,
                switch (state) {
                    case STARTING -> "opens " + folder;
                    case AVAILABLE -> "in " + folder;
                    case UNAVAILABLE -> why;
                    case CLOSED -> "closed";
                });
    }

    /** Entries can be written and read, for the first time or again. False if it was closed. */
    synchronized boolean available() {
        if (state == State.CLOSED) {
            return false;
        }
        state = State.AVAILABLE;
        cause = null;
        why = "";
        return true;
    }

    /** A write failed. */
    synchronized void failed(Throwable failure, String reason) {
        if (state != State.CLOSED) {
            state = State.UNAVAILABLE;
            cause = failure;
            why = reason;
        }
    }

    /** What a recovery waits for. */
    synchronized void waits(String reason) {
        why = reason;
    }

    /** Why nothing can be written at present; null if that is not so. */
    synchronized @Nullable Throwable failure() {
        return state == State.UNAVAILABLE ? cause : null;
    }

    synchronized boolean isStarted() {
        return state == State.AVAILABLE || state == State.UNAVAILABLE;
    }

    /** False if it was closed before. */
    synchronized boolean close() {
        boolean first = state != State.CLOSED;
        state = State.CLOSED;
        return first;
    }
}
