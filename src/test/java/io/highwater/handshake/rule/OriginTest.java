package io.highwater.handshake.rule;

import static io.highwater.testing.FakeUpgradeRequest.upgrade;
import static io.highwater.testing.SettingsBuilder.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.testing.RouteBuilder;
import io.highwater.testing.RulesContainer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Of {@link OriginRule} and {@link HostRule}, in a container. */
final class OriginTest {
    @ParameterizedTest(name = "{0}://{1} called from {2}: {3}")
    @CsvSource({
        // Plain http: a TLS terminator may stand in front, so the scheme is not known.
        "http,  example.com,       http://example.com,       true",
        "http,  example.com,       https://example.com,      true",
        "http,  example.com,       https://EXAMPLE.com:443,  true",
        "http,  example.com,       HTTP://example.com:80,    true",
        "http,  example.com,       http://example.com:443,   false",
        "http,  example.com,       http://example.com:8080,  false",
        "http,  example.com:8080,  http://example.com:8080,  true",
        "http,  example.com:8080,  http://example.com,       false",
        "http,  example.com:443,   https://example.com,      true",
        "http,  example.com:443,   http://example.com,       false",
        "http,  EXAMPLE.COM,       http://example.com,       true",
        "http,  example.com,       http://www.example.com,   false",
        "http,  example.com,       http://example.com.,      false",
        "http,  example.com,       http://notexample.com,    false",
        "http,  127.0.0.1:8080,    http://127.0.0.1:8080,    true",
        "http,  127.0.0.1:8080,    http://localhost:8080,    false",
        "http,  [::1]:8080,        http://[::1]:8080,        true",
        "http,  [0:0::1]:8080,     http://[::1]:8080,        true",
        "http,  [::1]:8080,        http://[::2]:8080,        false",
        // Own TLS: the scheme is https.
        "https, example.com,       https://example.com,      true",
        "https, example.com:443,   https://example.com,      true",
        "https, example.com,       http://example.com,       false",
        "https, example.com,       http://example.com:443,   false",
        "https, example.com:8443,  https://example.com:8443, true",
        "https, example.com:8443,  http://example.com:8443,  false",
        // What is no web origin.
        "http,  example.com,       null,                     false",
        "http,  example.com,       '',                       false",
        "http,  example.com,       example.com,              false",
        "http,  example.com,       ftp://example.com,        false",
        "http,  example.com,       http://example.com/,      false",
        "http,  example.com,       http://a@example.com,     false",
        "http,  example.com,       'http://example.com http://example.com', false"
    })
    void byDefaultOnlyTheSameSchemeHostAndPort(
            String scheme, String authority, String origin, boolean accepted) {
        try (RulesContainer rules = new RulesContainer(settings().build())) {
            check(rules, upgrade().at(scheme, authority).origin(origin), accepted);
        }
    }

    @ParameterizedTest(name = "{0} behind a trusted proxy that says {1}: {2}")
    @CsvSource({
        "https://example.com,      https, true",
        "http://example.com,       https, false",
        "https://example.com,      wss,   true",
        "https://example.com,      http,  false",
        "http://example.com,       http,  true",
        "https://inside:8080,      https, false",
        "https://example.com,      '',    true",
        "http://example.com,       '',    true"
    })
    void behindATrustedProxyTheForwardedSchemeAndHostCount(
            String origin, String proto, boolean accepted) {
        try (RulesContainer rules = new RulesContainer(settings().proxies("10.0.0.0/8").build())) {
            check(
                    rules,
                    upgrade()
                            .from("10.0.0.1")
                            .at("http", "inside:8080")
                            .header("X-Forwarded-For", "198.51.100.1")
                            .header("X-Forwarded-Proto", proto)
                            .header("X-Forwarded-Host", "example.com")
                            .origin(origin),
                    accepted);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "https://app.example,            true",
        "https://APP.example:443,        true",
        "http://app.example,             false",
        "https://app.example:444,        false",
        "https://a.example.com,          true",
        "https://a.b.example.com,        true",
        "https://example.com,            false",
        "https://evilexample.com,        false",
        "http://a.example.com,           false",
        "http://a.example.com:443,       false",
        "https://a.example.com:444,      false",
        "https://a.example.com.evil.org, false",
        "http://localhost:3000,          true",
        "http://localhost,               false",
        "http://[::1]:3000,              true",
        "https://self.example,           false",
        "null,                           false"
    })
    void aListReplacesTheDefault(String origin, boolean accepted) {
        try (RulesContainer rules =
                new RulesContainer(
                        settings()
                                .origins(
                                        "https://App.example",
                                        "https://*.example.com",
                                        "http://localhost:3000",
                                        "http://[0::1]:3000")
                                .build())) {
            check(rules, upgrade().at("https", "self.example").origin(origin), accepted);
        }
    }

    @Test
    void aStarMeansAnyOriginWhateverItSays() {
        try (RulesContainer rules = new RulesContainer(settings().origins("*").build())) {
            check(rules, upgrade().origin("https://anywhere.example"), true);
            check(rules, upgrade().origin("chrome-extension://abcdef"), true);
            check(rules, upgrade().origin("null"), true);
            check(rules, upgrade().origin("file://"), true);
            check(rules, upgrade().origin(""), true);
            check(rules, upgrade().origin("https://a.example", "https://a.example"), false);
        }
    }

    @Test
    void pagesWithoutAnOriginOfTheirOwnMayBeListed() {
        try (RulesContainer rules =
                new RulesContainer(settings().origins("null", "https://a.example").build())) {
            check(rules, upgrade().origin("null"), true);
            check(rules, upgrade().origin("https://a.example"), true);
            check(rules, upgrade().origin("file://"), false);
            check(rules, upgrade().origin("NULL"), false);
        }
        try (RulesContainer rules = new RulesContainer(settings().origins("file://").build())) {
            check(rules, upgrade().origin("file://"), true);
            check(rules, upgrade().origin("null"), false);
        }
    }

    @Test
    void anEndpointThatDecidesByCodeIsAskedAboutAnyText() {
        List<String> asked = new ArrayList<>();
        RoutePolicy.Choices choices =
                new RoutePolicy.Choices() {
                    @Override
                    public Boolean allowsOrigin(String origin) {
                        asked.add(origin);
                        return !origin.equals("https://bad.example");
                    }
                };
        RoutePolicy route = RouteBuilder.route().choices(choices).build();
        RoutePolicy both = RouteBuilder.route().choices(choices).origins("null").build();
        try (RulesContainer rules = new RulesContainer(settings().build())) {
            check(rules, upgrade().route(route).origin("null"), true);
            check(rules, upgrade().route(route).origin("file://"), true);
            check(rules, upgrade().route(route).origin("no origin"), true);
            check(rules, upgrade().route(route).origin("https://bad.example"), false);
            check(rules, upgrade().route(both).origin("null"), true);
            check(rules, upgrade().route(both).origin("https://good.example"), false);
        }
        assertThat(asked).contains("null", "file://", "no origin");
    }

    @Test
    void aRefusalSaysWhichOriginAndWhoDecides() {
        RoutePolicy listed = RouteBuilder.route().origins("https://path.example").build();
        try (RulesContainer rules = new RulesContainer(settings().build())) {
            assertThat(rules.reject(upgrade().origin("null")).reason())
                    .isEqualTo(
                            "Origin \"null\" is not allowed: highwater.handshake.allowed-origins"
                                    + " decides, by default the scheme, host and port of the"
                                    + " request.");
            assertThat(rules.reject(upgrade().route(listed).origin("https://a.example")).reason())
                    .isEqualTo(
                            "Origin \"https://a.example\" is not allowed: the endpoint's"
                                    + " @AllowedOrigins decides.");
            assertThat(rules.reject(upgrade().origin("x".repeat(1_000) + "\r\n")).reason())
                    .hasSizeLessThan(500)
                    .doesNotContain("\n");
        }
    }

    @Test
    void anAbsentOriginIsAllowedUnlessRequired() {
        try (RulesContainer rules = new RulesContainer(settings().build())) {
            check(rules, upgrade(), true);
        }
        try (RulesContainer rules = new RulesContainer(settings().requireOrigin().build())) {
            check(rules, upgrade(), false);
            check(rules, upgrade().origin("http://example.com"), true);
        }
    }

    @Test
    void thePathsListWinsOverTheNodes() {
        RoutePolicy listed = RouteBuilder.route().origins("https://path.example").build();
        RoutePolicy same = RouteBuilder.route().origins().build();
        try (RulesContainer rules =
                new RulesContainer(settings().origins("https://node.example").build())) {
            check(rules, upgrade().route(listed).origin("https://path.example"), true);
            check(rules, upgrade().route(listed).origin("https://node.example"), false);
            check(rules, upgrade().origin("https://node.example"), true);
            check(rules, upgrade().origin("https://path.example"), false);
            check(rules, upgrade().route(same).origin("http://example.com"), true);
            check(rules, upgrade().route(same).origin("https://node.example"), false);
        }
    }

    @ParameterizedTest(name = "{0}://{1}: {2}")
    @CsvSource({
        "http,  example.com,        true",
        "http,  EXAMPLE.com:99,     true",
        "http,  a.example.org,      true",
        "http,  example.org,        false",
        "http,  evil.example,       false",
        "https, fixed.example,      true",
        "http,  fixed.example,      true",
        "https, fixed.example:443,  true",
        "https, fixed.example:444,  false",
        "https, plain.example,      false",
        "http,  plain.example,      true",
        "http,  '[0:0::1]:8080',    true",
        "http,  'exa mple.com',     false"
    })
    void onlyListedHostsAreServed(String scheme, String authority, boolean accepted) {
        try (RulesContainer rules =
                new RulesContainer(
                        settings()
                                .hosts(
                                        "example.com",
                                        "*.example.org",
                                        "fixed.example:443",
                                        "plain.example:80",
                                        "[::1]")
                                .build())) {
            UpgradeDecision decision = rules.decide(upgrade().at(scheme, authority));
            assertThat(decision.outcome()).isEqualTo(accepted ? "accepted" : "host");
        }
    }

    @Test
    void aHostThatIsNoneIsRefusedWithoutAList() {
        try (RulesContainer rules = new RulesContainer(settings().build())) {
            assertThat(rules.reject(upgrade().at("http", "a@b")).outcome()).isEqualTo("host");
        }
    }

    private static void check(RulesContainer rules, UpgradeRequest request, boolean accepted) {
        if (accepted) {
            rules.accept(request);
        } else {
            assertThat(rules.reject(request).status()).isEqualTo(403);
            assertThat(rules.outcomes).last().isEqualTo("origin");
        }
    }
}
