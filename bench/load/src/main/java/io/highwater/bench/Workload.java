package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;

/** What is done to a freshly started server to measure it; the same for every contestant. */
interface Workload {
    /** The benchmark's name on the command line and in the report. */
    String name();

    /** The settings that a reader needs to repeat it. */
    JsonObjectBuilder settings();

    /** One turn; it ends within a bounded time, if need be by a {@link BenchException}. */
    Outcome measure(ServerProcess server, Contestant contestant, Progress progress)
            throws IOException;
}
