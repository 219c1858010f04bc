package io.highwater.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class IdentityTest {
    private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");

    @Test
    void whatIsKnownOfAClientStaysAsItWas() {
        List<Object> roles = new ArrayList<>(List.of("desk"));
        Map<String, Object> address = new HashMap<>(Map.of("city", "Ulm"));
        Map<String, Object> claims = new HashMap<>(Map.of("roles", roles, "address", address));
        claims.put("nothing", null);
        Identity identity = Identity.of("u-17").withClaims(claims).withExpiry(NOON);
        roles.add("admin");
        address.clear();
        claims.clear();

        assertThat(identity.claims())
                .isEqualTo(Map.of("roles", List.of("desk"), "address", Map.of("city", "Ulm")));
        assertThatThrownBy(() -> identity.claims().put("more", 1))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ((List<?>) identity.claims().get("roles")).remove(0))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(identity.expiry()).isEqualTo(NOON);
    }

    @Test
    void itIsAPrincipalAndTellsNoLogItsClaims() {
        Identity identity = Identity.of("u-17").withClaims(Map.of("card", "4111"));
        assertThat(identity.getName()).isEqualTo("u-17");
        assertThat(identity).hasToString("u-17");
        assertThat(identity.isAnonymous()).isFalse();
    }

    @Test
    void nobodyHasNoNameAndNoClaims() {
        assertThat(Identity.ANONYMOUS.isAnonymous()).isTrue();
        assertThat(Identity.ANONYMOUS.claims()).isEmpty();
        assertThat(Identity.ANONYMOUS.expiry()).isNull();
        assertThat(Identity.ANONYMOUS).hasToString("anonymous");
        assertThatThrownBy(() -> Identity.of("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Identity.ANONYMOUS.withExpiry(NOON))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Identity.ANONYMOUS.withClaims(Map.of("a", 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
