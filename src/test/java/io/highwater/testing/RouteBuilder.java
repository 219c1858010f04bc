package io.highwater.testing;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.RoutePolicy.Subprotocol;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A path's policy that differs from the plain one in what a test is about. */
public final class RouteBuilder {
    private @Nullable List<String> origins;
    private List<String> subprotocols = List.of();
    private Subprotocol subprotocol = Subprotocol.OPTIONAL;
    private @Nullable DeflatePolicy deflate;
    private RoutePolicy.Choices choices = RoutePolicy.Choices.NONE;

    public static RouteBuilder route() {
        return new RouteBuilder();
    }

    public RouteBuilder origins(String... patterns) {
        origins = List.of(patterns);
        return this;
    }

    public RouteBuilder speaks(String... names) {
        subprotocols = List.of(names);
        return this;
    }

    public RouteBuilder requiresSubprotocol() {
        subprotocol = Subprotocol.REQUIRED;
        return this;
    }

    public RouteBuilder deflate(DeflatePolicy policy) {
        deflate = policy;
        return this;
    }

    public RouteBuilder choices(RoutePolicy.Choices byCode) {
        choices = byCode;
        return this;
    }

    public RoutePolicy build() {
        return new RoutePolicy("/v1/echo", origins, subprotocols, subprotocol, deflate, choices);
    }
}
