package io.highwater.handshake;

import io.highwater.api.Api;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * The user who asks, as the path's web application knows them from its own login. Valid while the
 * endpoint's configurator runs.
 */
@Api
public interface Visitor {
    /** For a path without a web application, or whose web application has no login. */
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

    /** Null for a user who is not logged in. */
    @Nullable Principal principal();

    boolean isInRole(String role);

    /** The {@code HttpSession} of the request; null if it has none. */
    @Nullable Object httpSession();
}
