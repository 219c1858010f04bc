package io.highwater.handshake;

import io.highwater.api.Api;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, as the web application at the path knows him: by its login, in its own words. Valid
 * while the endpoint's configurator looks.
 */
@Api
public interface Visitor {
    /** Of a path that belongs to no web application, or to one that asks nobody who he is. */
    Visitor NOBODY =
            new Visitor() {
                @Override
                public @Nullable Principal principal() {
                    return null;
                }

                @Override
                public boolean isInRole(String role) {
                    return false;
                }

                @Override
                public @Nullable Object httpSession() {
                    return null;
                }
            };

    /** Null for somebody who is not logged in. */
    @Nullable Principal principal();

    boolean isInRole(String role);

    /** The {@code HttpSession} of the request; null where it has none. */
    @Nullable Object httpSession();
}
