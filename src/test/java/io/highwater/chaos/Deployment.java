package io.highwater.chaos;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Nodes, with the servers that they use, as real processes. Called by one thread. */
interface Deployment extends AutoCloseable {
    /** For the first time. */
    void start() throws Exception;

    /** Where clients find the nodes, for as long as the deployment lasts. */
    List<URI> nodes();

    /** What clients do with it. */
    default Load load() {
        return Load.USUAL;
    }

    /** Those that can strike here. */
    List<Nemesis> nemeses();

    /** The clients have all they will get; afterwards the archive is read. */
    void settle() throws Exception;

    Promise promise();

    /** Whoever got nothing new for so long, after the last fault, gets nothing more. */
    Duration quiet();

    /** What would help to understand a failure, in lines. */
    String logs() throws Exception;

    @Override
    void close() throws Exception;
}
