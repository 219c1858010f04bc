package io.highwater.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The open sessions of a node. Thread-safe. The sessions themselves hold the list's links, because
 * an entry in a set would cost 32 bytes for each of a million sessions.
 */
final class SessionRegistry {
    // This monitor guards the links of all sessions, too.

    @GuardedBy("this")
    private @Nullable Session newest;

    @GuardedBy("this")
    private int count;

    synchronized void add(Session session) {
        Session before = newest;
        session.older = before;
        if (before != null) {
            before.newer = session;
        }
        newest = session;
        count++;
    }

    /** Removes a session that was added; call it once. */
    synchronized void remove(Session session) {
        Session older = session.older;
        Session newer = session.newer;
        if (older != null) {
            older.newer = newer;
        }
        if (newer == null) {
            newest = older;
        } else {
            newer.older = older;
        }
        session.older = null;
        session.newer = null;
        count--;
    }

    synchronized int size() {
        return count;
    }

    synchronized List<Session> all() {
        List<Session> all = new ArrayList<>(count);
        for (Session session = newest; session != null; session = session.older) {
            all.add(session);
        }
        return all;
    }
}
