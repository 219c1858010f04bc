package io.highwater.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the admin port listens and who may make changes through it. Immutable.
 *
 * @param host {@code highwater.admin.host}: an address or name of this machine. Default 127.0.0.1
 * @param port {@code highwater.admin.port}; 0 means any free one. Default 9090
 * @param token {@code highwater.admin.token}: must come with a change from another machine; null
 *     (the default) means that only this machine can make changes. Never printed
 * @param allowedHosts {@code highwater.admin.allowed-hosts}: host names that requests may use,
 *     {@code *.example.com} for all below; default none. Addresses, localhost and {@code host} are
 *     always allowed
 */
public record AdminSettings(
        String host, int port, @Nullable String token, List<String> allowedHosts) {
    public AdminSettings {
        allowedHosts = List.copyOf(allowedHosts);
        if (host.isBlank()) {
            throw new IllegalArgumentException("highwater.admin.host: is not an address");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    "highwater.admin.port: " + port + " is not between 0 and 65535");
        }
        if (token != null && token.isBlank()) {
            throw new IllegalArgumentException(
                    "highwater.admin.token: is blank; leave it out for none");
        }
        for (String allowed : allowedHosts) {
            if (!AllowedHosts.isListable(allowed)) {
                throw new IllegalArgumentException(
                        AllowedHosts.KEY
                                + ": \""
                                + allowed
                                + "\" is not a host name without a port, such as"
                                + " metrics.example.com or *.example.com");
            }
        }
    }

    public AdminSettings(String host, int port, @Nullable String token) {
        this(host, port, token, List.of());
    }

    public static AdminSettings defaults() {
        return new AdminSettings("127.0.0.1", 9090, null);
    }

    public AdminSettings withPort(int other) {
        return new AdminSettings(host, other, token, allowedHosts);
    }

    @Override
    public String toString() {
        return "AdminSettings[host="
                + host
                + ", port="
                + port
                + ", token="
                + (token == null ? "none" : "***")
                + ", allowedHosts="
                + allowedHosts
                + "]";
    }
}
