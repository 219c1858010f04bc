package io.highwater.handshake;

import io.highwater.api.Api;
import io.highwater.handshake.address.OriginPattern;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The requirements that the owner of a path has for its handshakes. Immutable.
 *
 * @param path the path or its template, for logs
 * @param allowedOrigins the origins that this path allows instead of the node's, in the same forms;
 *     empty means the scheme, host and port of the request, null means the node's. A malformed one
 *     causes an IllegalArgumentException.
 * @param subprotocols the path's subprotocols, from which the client's preference selects; empty
 *     means none
 * @param subprotocol REQUIRED refuses a client that offers none of them, with 400
 * @param deflate the compression of the path; null means the node's
 * @param choices what the path decides in code; see {@link Choices}
 * @param roles who may connect; null means everybody
 */
@Api
public record RoutePolicy(
        String path,
        @Nullable List<String> allowedOrigins,
        List<String> subprotocols,
        Subprotocol subprotocol,
        @Nullable DeflatePolicy deflate,
        Choices choices,
        @Nullable AllowedRoles roles) {

    /** Whether a client has to offer one of the path's subprotocols. */
    public enum Subprotocol {
        OPTIONAL,
        REQUIRED
    }

    /**
     * What the owner of a path decides in code instead of by a list. The connection's other
     * requests wait for these methods, so they should not block. Thread-safe.
     */
    public interface Choices {
        /** Decides nothing in code; such handshakes are answered on the reading thread. */
        Choices NONE = new Choices() {};

        /**
         * Whether a page of this origin may open the path. Null leaves the decision to {@link
         * RoutePolicy#allowedOrigins}. If the path sets its own allowed origins, they must allow
         * the origin as well. Not called for a request without an Origin.
         */
        default @Nullable Boolean allowsOrigin(String origin) {
            return null;
        }

        /**
         * The same, if the answer may depend on the rule that applies otherwise.
         *
         * @param rules returns what the answer would be without this method
         */
        default @Nullable Boolean allowsOrigin(String origin, BooleanSupplier rules) {
            return allowsOrigin(origin);
        }

        /**
         * Chooses from the offered subprotocols, which are in the client's order; empty for none;
         * null leaves it to {@link RoutePolicy#subprotocols}.
         */
        default @Nullable String chooseSubprotocol(List<String> offered) {
            return null;
        }

        /**
         * Returns the offered extensions that may be agreed on, in the form of their header.
         *
         * @param offered the values of Sec-WebSocket-Extensions as received
         */
        default List<String> chooseExtensions(List<String> offered) {
            return offered;
        }
    }

    /** A path that everybody may connect to. */
    public RoutePolicy(
            String path,
            @Nullable List<String> allowedOrigins,
            List<String> subprotocols,
            Subprotocol subprotocol,
            @Nullable DeflatePolicy deflate,
            Choices choices) {
        this(path, allowedOrigins, subprotocols, subprotocol, deflate, choices, null);
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
