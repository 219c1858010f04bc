package io.highwater.cli;

import io.highwater.Highwater;
import io.highwater.config.HighwaterConfig;
import java.io.IOException;
import java.util.OptionalInt;

/** What the run command needs of a running node. */
interface Node {
    int port();

    OptionalInt tlsPort();

    int adminPort();

    /** Stops it in an orderly way; returns when it has stopped. */
    void stop() throws Exception;

    /** Starts a node. */
    @FunctionalInterface
    interface Starter {
        Node start(HighwaterConfig config) throws IOException;
    }

    static Node start(HighwaterConfig config) throws IOException {
        Highwater highwater = Highwater.start(config);
        return new Node() {
            @Override
            public int port() {
                return highwater.port();
            }

            @Override
            public OptionalInt tlsPort() {
                return highwater.tlsPort();
            }

            @Override
            public int adminPort() {
                return highwater.adminPort();
            }

            @Override
            public void stop() throws Exception {
                try (highwater) {
                    highwater.drain();
                }
            }
        };
    }
}
