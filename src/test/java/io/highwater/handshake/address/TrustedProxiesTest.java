package io.highwater.handshake.address;

import static io.highwater.testing.FakeUpgradeRequest.upgrade;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.highwater.testing.FakeUpgradeRequest;
import io.highwater.testing.LogCapture;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TrustedProxiesTest {
    private final TrustedProxies proxies = TrustedProxies.of(List.of("10.0.0.0/8", "fd00::/8"));

    @ParameterizedTest(name = "{0} with [{1}] is {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                // peer     | X-Forwarded-For                 | client
                "203.0.113.1 | 198.51.100.1                    | 203.0.113.1",
                "10.0.0.1    |                                 | 10.0.0.1",
                "10.0.0.1    | 198.51.100.1                    | 198.51.100.1",
                "10.0.0.1    | 192.0.2.66, 198.51.100.1        | 198.51.100.1",
                "10.0.0.1    | 192.0.2.66, 198.51.100.1, 10.9.9.9 | 198.51.100.1",
                "10.0.0.1    | 198.51.100.1, fd00::1, 10.9.9.9 | 198.51.100.1",
                "10.0.0.1    | 10.2.2.2, 10.3.3.3              | 10.2.2.2",
                "10.0.0.1    | 198.51.100.1:4711               | 198.51.100.1",
                "fd00::9     | [2001:db8::5]:4711              | 2001:db8:0:0:0:0:0:5",
                "fd00::9     | 2001:db8::5                     | 2001:db8:0:0:0:0:0:5",
                "10.0.0.1    | unknown                         | 10.0.0.1",
                "10.0.0.1    | 198.51.100.1, evil.example      | 10.0.0.1",
                "10.0.0.1    | 198.51.100.1, , 10.9.9.9        | 10.9.9.9",
                "10.0.0.1    | [2001:db8::5                    | 10.0.0.1"
            })
    void theClientIsTheRightmostUntrustedHop(String peer, String forwarded, String client) {
        FakeUpgradeRequest request = upgrade().from(peer);
        if (forwarded != null) {
            request.header("X-Forwarded-For", forwarded);
        }
        assertThat(proxies.look(request).address().getHostAddress()).isEqualTo(client);
    }

    @Test
    void hopsOfRepeatedHeadersAreOneList() {
        FakeUpgradeRequest request =
                upgrade()
                        .from("10.0.0.1")
                        .header("X-Forwarded-For", "192.0.2.66, 198.51.100.1", "10.1.1.1");
        assertThat(proxies.look(request).address().getHostAddress()).isEqualTo("198.51.100.1");
    }

    @Test
    void schemeAndHostAreThoseForwardedByATrustedPeerOnly() {
        FakeUpgradeRequest request =
                upgrade()
                        .at("http", "inside:8080")
                        .header("X-Forwarded-Proto", "https")
                        .header("X-Forwarded-Host", "Example.com:8443");
        ClientView trusted = proxies.look(request.from("10.0.0.1"));
        assertThat(trusted.scheme()).isEqualTo("https");
        assertThat(trusted.authority()).isEqualTo(new Authority("example.com", 8443));

        ClientView untrusted = proxies.look(request.from("203.0.113.1"));
        assertThat(untrusted.scheme()).isNull();
        assertThat(untrusted.authority()).isEqualTo(new Authority("inside", 8080));
    }

    @ParameterizedTest(name = "{0}: {1}, {2} is {3} {4}")
    @CsvSource(
            delimiter = '|',
            value = {
                // one proxy that appends to what a client made up
                "198.51.100.1           | https, http | evil, real | http  | real",
                // two proxies, each of which appends
                "198.51.100.1, 10.9.9.9 | https, http | edge, inner | https | edge",
                // two proxies, the inner of which passes on what the edge wrote
                "198.51.100.1, 10.9.9.9 | https       | edge       | https | edge"
            })
    void listsOfSchemesAndHostsAreReadAtTheHopOfTheClient(
            String hops, String protos, String hosts, String scheme, String host) {
        ClientView view =
                proxies.look(
                        upgrade()
                                .from("10.0.0.1")
                                .header("X-Forwarded-For", hops)
                                .header("X-Forwarded-Proto", protos)
                                .header("X-Forwarded-Host", hosts));
        assertThat(view.scheme()).isEqualTo(scheme);
        assertThat(Objects.requireNonNull(view.authority()).host()).isEqualTo(host);
    }

    @ParameterizedTest
    @CsvSource({"wss, https", "HTTPS, https", "ws, http", "gopher,", "'',"})
    void aForwardedSchemeIsThatOfHttp(String forwarded, String scheme) {
        FakeUpgradeRequest request =
                upgrade().from("10.0.0.1").header("X-Forwarded-Proto", forwarded);
        assertThat(proxies.look(request).scheme()).isEqualTo(scheme);
    }

    @Test
    void theSchemeIsKnownOfOwnTlsAndNotOfAProxyThatDoesNotSay() {
        assertThat(proxies.look(upgrade().at("https", "a")).scheme()).isEqualTo("https");
        assertThat(proxies.look(upgrade().at("http", "a")).scheme()).isNull();
        assertThat(proxies.look(upgrade().at("https", "a").from("10.0.0.1")).scheme()).isNull();
    }

    @Test
    void headersOfAnUntrustedPeerAreLoggedOnce() {
        try (LogCapture log = new LogCapture(TrustedProxies.class)) {
            proxies.look(upgrade().from("203.0.113.1"));
            assertThat(log.events()).isEmpty();
            for (String header :
                    List.of("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host")) {
                proxies.look(upgrade().from("203.0.113.1").header(header, "192.0.2.1"));
            }
            proxies.look(upgrade().from("10.0.0.1").header("X-Forwarded-For", "192.0.2.1"));
            assertThat(log.events())
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .singleElement()
                    .asString()
                    .contains("203.0.113.1", "highwater.handshake.trusted-proxies");
        }
    }
}
