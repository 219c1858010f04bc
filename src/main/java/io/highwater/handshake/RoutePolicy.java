package io.highwater.handshake;

import io.highwater.api.Api;
import io.highwater.handshake.address.OriginPattern;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of a path wants of its handshakes. Immutable.
 *
 * @param path the path or its template, for logs
 * @param allowedOrigins the origins this path allows instead of the node's, in the same forms;
 *     empty means the scheme, host and port of the request, null means the node's. A malformed one
 *     is an IllegalArgumentException.
 * @param subprotocols what the path speaks, of which the client's preference decides; empty means
 *     none
 * @param subprotocol REQUIRED refuses a client that offers none of them, with 400
 * @param deflate what compression the path wants; null means the node's
 * @param choices what the path decides by code; see there
 */
@Api
public record RoutePolicy(
        String path,
        @Nullable List<String> allowedOrigins,
        List<String> subprotocols,
        Subprotocol subprotocol,
        @Nullable DeflatePolicy deflate,
        Choices choices) {

    /** Whether a client has to offer one of the path's subprotocols. */
    public enum Subprotocol {
        OPTIONAL,
        REQUIRED
    }

    /**
     * What the owner of a path decides by code instead of by a list. It holds up the connection's
     * other requests: it should not block. Thread-safe.
     */
    public interface Choices {
        /** Of a path that decides nothing so; its handshakes are answered where they are read. */
        Choices NONE = new Choices() {};

        /**
         * Whether a page of this origin may open the path; null leaves it to {@link
         * RoutePolicy#allowedOrigins}, which are asked as well where the path has its own. Not
         * asked for a request without an Origin.
         */
        default @Nullable Boolean allowsOrigin(String origin) {
            return null;
        }

        /**
         * The same where the answer may be made of the node's.
         *
         * @param rules what the answer would be without this path's own
         */
        default @Nullable Boolean allowsOrigin(String origin, BooleanSupplier rules) {
            return allowsOrigin(origin);
        }

        /**
         * The subprotocol of those offered, in their order; empty for none; null leaves it to
         * {@link RoutePolicy#subprotocols}.
         */
        default @Nullable String chooseSubprotocol(List<String> offered) {
            return null;
        }

        /**
         * Of the extensions offered, in the form of their header, those that may be agreed on.
         *
         * @param offered the values of Sec-WebSocket-Extensions as they came
         */
        default List<String> chooseExtensions(List<String> offered) {
            return offered;
        }
    }

    public RoutePolicy {
        if (allowedOrigins != null) {
            allowedOrigins = List.copyOf(allowedOrigins);
            OriginPattern.parseAll("allowed origins of " + path, allowedOrigins);
        }
        subprotocols = List.copyOf(subprotocols);
    }

    /** A path with the node's rules and no subprotocol. */
    public static RoutePolicy of(String path) {
        return new RoutePolicy(path, null, List.of(), Subprotocol.OPTIONAL, null, Choices.NONE);
    }
}
