package io.highwater.bench;

import java.util.List;

/** What is set of Highwater beside its defaults. Stateless. */
final class HighwaterSettings {
    private static final String MOST = "1000000";

    private HighwaterSettings() {}

    /**
     * A few addresses open everything here, as fast as they can: the rules that would refuse them
     * are off. All else, keepalive and queues too, is as in production.
     */
    static List<String> openToLoad() {
        return List.of(
                "-Dhighwater.handshake.rate-per-ip=" + MOST,
                "-Dhighwater.handshake.burst-per-ip=" + MOST,
                "-Dhighwater.handshake.streams-per-second=" + MOST,
                "-Dhighwater.handshake.streams-burst=" + MOST,
                "-Dhighwater.handshake.max-connections=0",
                "-Dhighwater.handshake.max-connections-per-ip=0",
                "-Dhighwater.limits.connections-per-second=" + MOST,
                "-Dhighwater.limits.connections-burst=" + MOST,
                "-Dhighwater.limits.address-share=1",
                "-Dhighwater.limits.commands-per-second=" + MOST,
                "-Dhighwater.limits.commands-burst=" + MOST,
                "-Dhighwater.admin.port=0");
    }
}
