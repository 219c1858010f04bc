package io.highwater.handshake;

import io.highwater.handshake.RoutePolicy.Subprotocol;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A path's policy that differs from the plain one in what a test is about. */
final class RouteBuilder {
    private @Nullable List<String> origins;
    private List<String> subprotocols = List.of();
    private Subprotocol subprotocol = Subprotocol.OPTIONAL;
    private @Nullable DeflatePolicy deflate;
    private RoutePolicy.Choices choices = RoutePolicy.Choices.NONE;

    static RouteBuilder route() {
        return new RouteBuilder();
    }

    RouteBuilder origins(String... patterns) {
        origins = List.of(patterns);
        return this;
    }

    RouteBuilder speaks(String... names) {
        subprotocols = List.of(names);
        return this;
    }

    RouteBuilder requiresSubprotocol() {
        subprotocol = Subprotocol.REQUIRED;
        return this;
    }

    RouteBuilder deflate(DeflatePolicy policy) {
        deflate = policy;
        return this;
    }

    RouteBuilder choices(RoutePolicy.Choices byCode) {
        choices = byCode;
        return this;
    }

    RoutePolicy build() {
        return new RoutePolicy("/v1/echo", origins, subprotocols, subprotocol, deflate, choices);
    }
}
