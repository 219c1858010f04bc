package io.highwater.node;

import java.util.OptionalInt;

/**
 * The line that says where a node listens. Scripts that start a node rely on it. Immutable.
 *
 * @param adminHost the address that the admin port listens on
 */
public record ReadyLine(int port, OptionalInt tlsPort, String adminHost, int adminPort) {
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder("Highwater ready: http://127.0.0.1:").append(port);
        tlsPort.ifPresent(secure -> line.append(" https://127.0.0.1:").append(secure));
        return line.append(" (admin http://")
                .append(reachable(adminHost))
                .append(':')
                .append(adminPort)
                .append(')')
                .toString();
    }

    private static String reachable(String host) {
        if (host.equals("0.0.0.0") || host.equals("::")) {
            return "127.0.0.1";
        }
        return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    }
}
