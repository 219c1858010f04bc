package io.highwater.handshake;

import io.highwater.api.Api;
import io.highwater.identity.Identity;
import java.security.Principal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may do something: {@code @RolesAllowed}, {@code @PermitAll} or {@code @DenyAll}. Immutable.
 *
 * @param roles one of them is enough; {@code **} stands for everybody who is known, as in Jakarta
 *     Security; empty means nobody
 */
@Api
public record AllowedRoles(Set<String> roles) {
    private static final String ANY_KNOWN = "**";

    public AllowedRoles {
        roles = Set.copyOf(roles);
    }

    /** Whether a client may. Only an {@link Identity} of the handshake rules has roles. */
    public boolean admits(@Nullable Principal client) {
        return client instanceof Identity identity
                && !identity.isAnonymous()
                && (roles.contains(ANY_KNOWN) || roles.stream().anyMatch(identity::isInRole));
    }
}
