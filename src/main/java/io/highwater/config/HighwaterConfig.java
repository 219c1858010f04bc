package io.highwater.config;

import io.highwater.admin.AdminSettings;
import io.highwater.channel.ChannelSettings;
import io.highwater.handshake.HandshakeSettings;
import io.highwater.keepalive.KeepaliveSettings;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.TcpLimits;
import io.highwater.log.LogLevel;
import io.highwater.outbound.GovernorSettings;
import io.highwater.outbound.OutboundSettings;
import io.highwater.server.ServerSettings;
import io.highwater.wire.WireSettings;
import io.highwater.wire.deflate.DeflateSettings;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * All settings of a node, valid and complete. Immutable; its toString shows no secret.
 *
 * @param node its name in logs
 * @param region its region in logs
 * @param demo whether the page and the endpoints for demonstration are there
 * @param tcpLimits how many connections there may be
 * @param commandsPerSecond of a channel session; ten times that ends it
 * @param commandsBurst how many of them may come at once
 * @param drainWindow over which sessions are closed at a stop; 0 is at once
 * @param logLevel of {@code highwater run} and a Jetty base; a program that starts a node sees to
 *     its own log. Null where it is not set
 */
public record HighwaterConfig(
        String node,
        String region,
        boolean demo,
        ServerSettings server,
        AdminSettings admin,
        HandshakeSettings handshake,
        LimitSettings limits,
        TcpLimits tcpLimits,
        WireSettings wire,
        int commandsPerSecond,
        int commandsBurst,
        ChannelSettings channels,
        OutboundSettings outbound,
        GovernorSettings governor,
        KeepaliveSettings keepalive,
        Duration drainWindow,
        DeflateSettings deflate,
        @Nullable Level logLevel) {
    private static final Logger LOG = LoggerFactory.getLogger(HighwaterConfig.class);

    /** Reads and checks; what only looks wrong is logged. */
    public static HighwaterConfig read(ConfigSources sources) throws ConfigException {
        return ConfigAssembly.read(
                sources,
                warning -> LOG.atWarn().addKeyValue("reason", warning).log("config_ignored"));
    }

    /** Defaults but for these keys, with no other source. */
    public static HighwaterConfig of(Map<String, String> values) throws ConfigException {
        return read(new ConfigSources("", Map.of(), Map.of(), Map.of(), values));
    }

    /** Lets {@link #logLevel}, where it is set, be that of all this server's loggers. */
    public void applyLogLevel() {
        if (logLevel != null) {
            LogLevel.set(logLevel);
        }
    }

    public boolean isTlsOn() {
        return server.keystore() != null;
    }

    /** The address that the admin port listens on. */
    public String adminHost() {
        return admin.host();
    }
}
