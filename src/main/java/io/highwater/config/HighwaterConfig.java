package io.highwater.config;

import io.highwater.admin.AdminSettings;
import io.highwater.archive.ArchiveSettings;
import io.highwater.backbone.redis.RedisSettings;
import io.highwater.channel.ChannelSettings;
import io.highwater.handshake.HandshakeSettings;
import io.highwater.identity.TokenSettings;
import io.highwater.keepalive.KeepaliveSettings;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.TcpLimits;
import io.highwater.log.LogLevel;
import io.highwater.outbound.GovernorSettings;
import io.highwater.outbound.OutboundSettings;
import io.highwater.publish.http.ApiSettings;
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
 * @param demo whether the demo page and endpoints are served
 * @param api null if the HTTP API is off
 * @param tcpLimits how many connections there may be
 * @param commandsPerSecond maximum for a channel session; ten times that ends it
 * @param commandsBurst how many commands may come at once
 * @param redis null if the log of the channels is on this node alone
 * @param archive null if the log of the channels is not archived
 * @param drainWindow the time over which sessions are closed at a stop; 0 closes all at once
 * @param logLevel for {@code highwater run} and a Jetty base; a program that starts a node
 *     configures its own log. Null if not set
 */
public record HighwaterConfig(
        String node,
        String region,
        boolean demo,
        ServerSettings server,
        AdminSettings admin,
        @Nullable ApiSettings api,
        HandshakeSettings handshake,
        TokenSettings tokens,
        LimitSettings limits,
        TcpLimits tcpLimits,
        WireSettings wire,
        int commandsPerSecond,
        int commandsBurst,
        ChannelSettings channels,
        @Nullable RedisSettings redis,
        @Nullable ArchiveSettings archive,
        OutboundSettings outbound,
        GovernorSettings governor,
        KeepaliveSettings keepalive,
        Duration drainWindow,
        DeflateSettings deflate,
        @Nullable Level logLevel) {
    private static final Logger LOG = LoggerFactory.getLogger(HighwaterConfig.class);

    /** Reads and checks the settings; logs a warning for those that only look wrong. */
    public static HighwaterConfig read(ConfigSources sources) throws ConfigException {
        return ConfigAssembly.read(
                sources,
                warning -> LOG.atWarn().addKeyValue("reason", warning).log("config_ignored"));
    }

    /** These keys, and defaults for all others; uses no other source. */
    public static HighwaterConfig of(Map<String, String> values) throws ConfigException {
        return read(new ConfigSources("", Map.of(), Map.of(), Map.of(), values));
    }

    /** Applies {@link #logLevel}, if it is set, to all loggers of this server. */
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
