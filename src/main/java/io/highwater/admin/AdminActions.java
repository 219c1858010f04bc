package io.highwater.admin;

import java.util.List;

/** What the admin port shows and does; the node implements it. Thread-safe. */
public interface AdminActions {
    /** Every metric, in this format. May take a few milliseconds. */
    String metrics(MetricsFormat format);

    /** False only if the process can't recover by itself and must be restarted. */
    boolean isLive();

    /** The slow clients that retain most, the largest first. May take a few milliseconds. */
    SlowClients slowClients();

    /** True while the node takes new connections: after its start, until it drains. */
    boolean isReady();

    /** What the node depends on, and how it is; must not block. */
    List<PartHealth> parts();

    /** Begins to drain the node and returns at once. A second call does nothing. */
    void drain();
}
