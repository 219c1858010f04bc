package io.highwater.endpoint.metadata;

import io.highwater.endpoint.AllowedOrigins;
import io.highwater.endpoint.Compress;
import io.highwater.endpoint.MaxMessage;
import io.highwater.endpoint.Outbound;
import io.highwater.handshake.RoutePolicy;
import io.highwater.outbound.OutboundSettings;
import io.highwater.outbound.OverflowPolicy;
import io.highwater.outbound.WaterMarks;
import io.highwater.wire.WireSettings;
import jakarta.annotation.PostConstruct;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns the annotations beside {@code @ServerEndpoint} into the settings of the endpoint's route.
 * Invalid values cause an IllegalArgumentException that says why. Stateless.
 */
public final class EndpointAnnotations {
    private static final int MAX_MESSAGE_BYTES = 1 << 30;

    private EndpointAnnotations() {}

    public static RoutePolicy routePolicy(Class<?> endpoint, ServerEndpointConfig config) {
        AllowedOrigins origins = endpoint.getAnnotation(AllowedOrigins.class);
        Compress compress = endpoint.getAnnotation(Compress.class);
        return new RoutePolicy(
                config.getPath(),
                origins == null ? null : List.of(origins.value()),
                config.getSubprotocols(),
                RoutePolicy.Subprotocol.OPTIONAL,
                compress == null ? null : compress.mode(),
                ConfiguratorChoices.of(config),
                RoleAnnotations.of(endpoint));
    }

    public static WireSettings wireSettings(Class<?> endpoint, WireSettings node) {
        MaxMessage max = endpoint.getAnnotation(MaxMessage.class);
        if (max == null) {
            return node;
        }
        check("@MaxMessage(bytes)", max.bytes(), 1, MAX_MESSAGE_BYTES);
        return node.withMaxMessageBytes(max.bytes());
    }

    public static OutboundSettings outboundSettings(Class<?> endpoint, OutboundSettings node) {
        Outbound outbound = endpoint.getAnnotation(Outbound.class);
        if (outbound == null) {
            return node;
        }
        check("@Outbound(policy)", outbound.policy().length, 0, 1);
        check("@Outbound(highMessages)", outbound.highMessages(), 0, Integer.MAX_VALUE);
        check("@Outbound(highBytes)", outbound.highBytes(), 0, Long.MAX_VALUE);
        check("@Outbound(latestCount)", outbound.latestCount(), 0, Integer.MAX_VALUE);
        WaterMarks marks = node.marks();
        int messages = outbound.highMessages();
        long bytes = outbound.highBytes();
        return new OutboundSettings(
                new WaterMarks(
                        messages == 0 ? marks.highMessages() : messages,
                        bytes == 0 ? marks.highBytes() : bytes,
                        messages == 0 ? marks.lowMessages() : messages / 2,
                        bytes == 0 ? marks.lowBytes() : bytes / 2),
                policy(outbound, node.policy()),
                outbound.latestCount() == 0 ? node.latestCount() : outbound.latestCount(),
                node.evictLinger());
    }

    /**
     * Whether the class has a {@code @PostConstruct} method, which it may use in place of onOpen.
     */
    public static boolean hasPostConstruct(Class<?> endpoint) {
        for (Class<?> type = endpoint; type != null; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                if (method.isAnnotationPresent(PostConstruct.class)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static OverflowPolicy policy(Outbound outbound, OverflowPolicy node) {
        @Nullable OverflowPolicy own = outbound.policy().length == 0 ? null : outbound.policy()[0];
        return own == null ? node : own;
    }

    private static void check(String what, long value, long lowest, long highest) {
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(
                    what + " is " + value + ", not between " + lowest + " and " + highest);
        }
    }
}
