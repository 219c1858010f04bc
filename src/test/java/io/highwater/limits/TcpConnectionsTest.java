package io.highwater.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpConnectionsTest {
    private static final int BURST = 5;

    private final FakeTicker ticker = new FakeTicker();
    private final List<Refusal> refused = new ArrayList<>();
    private final Payers payers =
            new Payers(
                    new AddressLimits(1, BURST, 1, 1),
                    address -> address.getHostAddress().equals("10.9.9.9"),
                    ticker);

    private final LimitsObserver observer =
            new LimitsObserver() {
                @Override
                public void onConnectionRefused(Refusal refusal) {
                    refused.add(refusal);
                }
            };

    private TcpConnections connections(int most, int mostOfAddress) {
        return connections(
                new TcpLimits(new ConnectionLimit(most, mostOfAddress), ConnectionLimit.none()));
    }

    private TcpConnections overTls(int most, int mostOfAddress) {
        return connections(
                new TcpLimits(ConnectionLimit.none(), new ConnectionLimit(most, mostOfAddress)));
    }

    private TcpConnections connections(TcpLimits limits) {
        return new TcpConnections(limits, payers, observer, ticker, LogLimit.none());
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Payer open(TcpConnections connections, String from) {
        return Objects.requireNonNull(connections.accepted(address(from)), from);
    }

    private static @Nullable Payer tried(TcpConnections connections, String from) {
        return connections.accepted(address(from));
    }

    @Test
    void theNodesBoundCountsAllAddressesAndFreesWithTheClose() {
        TcpConnections connections = connections(2, 0);
        Payer first = open(connections, "10.0.0.1");
        open(connections, "10.0.0.2");
        assertThat(tried(connections, "10.0.0.3")).isNull();
        assertThat(refused).containsExactly(Refusal.NODE_FULL);
        assertThat(connections.open()).isEqualTo(2);
        first.tcp().closed();
        assertThat(tried(connections, "10.0.0.3")).isNotNull();
    }

    @Test
    void anAddressHasItsOwnBound() {
        TcpConnections connections = connections(0, 2);
        open(connections, "10.0.0.1");
        Payer payer = open(connections, "10.0.0.1");
        assertThat(tried(connections, "10.0.0.1")).isNull();
        assertThat(refused).containsExactly(Refusal.ADDRESS_FULL);
        assertThat(tried(connections, "10.0.0.2")).isNotNull();
        payer.tcp().closed();
        assertThat(tried(connections, "10.0.0.1")).isNotNull();
    }

    @Test
    void manyAddressesThatTakeAllTheyCanLeaveSomeForOthers() {
        TcpConnections connections = connections(100, 25);
        for (int i = 0; i < 25; i++) {
            for (int address = 1; address <= 8; address++) {
                tried(connections, "10.0.0." + address);
            }
            ticker.advance(Duration.ofSeconds(1));
        }
        assertThat(connections.open()).isEqualTo(97);
        assertThat(refused).containsOnly(Refusal.SHARE_FULL);
        for (int i = 0; i < 3; i++) {
            open(connections, "10.0.1.1");
        }
        assertThat(tried(connections, "10.0.1.2")).isNull();
    }

    @Test
    void anAddressThatMayHaveAllOfTheNodesGetsThem() {
        TcpConnections connections = connections(BURST, BURST);
        for (int i = 0; i < BURST; i++) {
            open(connections, "10.0.0.1");
        }
        assertThat(tried(connections, "10.0.0.1")).isNull();
    }

    @Test
    void whoConnectsTooOftenIsRefusedUntilItHasWaited() {
        TcpConnections connections = connections(0, 0);
        for (int i = 0; i < BURST; i++) {
            open(connections, "10.0.0.1").tcp().closed();
        }
        assertThat(tried(connections, "10.0.0.1")).isNull();
        assertThat(refused).containsExactly(Refusal.TOO_FAST);
        assertThat(connections.open()).isZero();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(tried(connections, "10.0.0.1")).isNotNull();
        assertThat(tried(connections, "10.0.0.1")).isNull();
    }

    @Test
    void aTrustedProxyIsBoundedOnlyWithTheNode() {
        TcpConnections connections = connections(2 * BURST, 1);
        for (int i = 0; i < 2 * BURST; i++) {
            open(connections, "10.9.9.9");
        }
        assertThat(tried(connections, "10.9.9.9")).isNull();
        assertThat(refused).containsExactly(Refusal.NODE_FULL);
    }

    @ParameterizedTest
    @CsvSource({
        // 256 MiB: 32,768 by the heap, if there are descriptors.
        "1048576, 268435456, 16384, 32768",
        "20000, 268435456, 16384, 19872",
        "1024, 268435456, 16384, 896",
        "100, 268435456, 16384, 50",
        // Nobody knows how many descriptors there are.
        "0, 268435456, 16384, 32768",
        // Sessions that an operator asks for find connections.
        "1048576, 268435456, 100000, 112500",
        "1048576, 268435456, 0, 1048448",
    })
    void theDefaultIsWhatHeapAndDescriptorsAllow(
            long descriptors, long heapBytes, int sessions, int most) {
        assertThat(TcpLimits.defaultMost(descriptors, heapBytes, sessions)).isEqualTo(most);
    }

    @Test
    void thoseThatSpeakTlsHaveBoundsOfTheirOwn() {
        TcpConnections connections = overTls(3, 2);
        Payer payer = open(connections, "10.0.0.1");
        assertThat(connections.trySecure(payer)).isTrue();
        ticker.advance(Duration.ofSeconds(BURST));
        assertThat(connections.trySecure(payer)).isTrue();
        ticker.advance(Duration.ofSeconds(BURST));
        assertThat(connections.trySecure(payer)).isFalse();
        assertThat(connections.trySecure(open(connections, "10.0.0.2"))).isTrue();
        assertThat(connections.trySecure(open(connections, "10.0.0.3"))).isFalse();
        assertThat(refused).containsExactly(Refusal.TLS_ADDRESS_FULL, Refusal.TLS_NODE_FULL);
        payer.tls().closed();
        assertThat(connections.openTls()).isEqualTo(2);
        ticker.advance(Duration.ofSeconds(BURST));
        assertThat(connections.trySecure(payer)).isTrue();
        assertThat(connections.open()).isEqualTo(3);
    }

    @Test
    void aSmallBurstIsEnoughForOneThatSpeaksTls() {
        Payers few = new Payers(new AddressLimits(1, 1, 1, 1), address -> false, ticker);
        TcpConnections connections =
                new TcpConnections(TcpLimits.unlimited(), few, observer, ticker, LogLimit.none());
        assertThat(connections.trySecure(open(connections, "10.0.0.1"))).isTrue();
    }

    @Test
    void oneThatSpeaksTlsCountsAsFiveNewOnes() {
        TcpConnections connections = overTls(0, 0);
        assertThat(connections.trySecure(open(connections, "10.0.0.1"))).isTrue();
        assertThat(tried(connections, "10.0.0.1")).isNull();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(connections.trySecure(open(connections, "10.0.0.1"))).isFalse();
        assertThat(refused).containsExactly(Refusal.TOO_FAST, Refusal.TOO_FAST);
        assertThat(connections.openTls()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "268435456, 32768, 5461",
        "268435456, 896, 896",
        "17179869184, 0, 349525",
        "1, 10, 1",
    })
    void theDefaultOverTlsIsAQuarterOfTheHeap(long heapBytes, int mostTcp, int most) {
        assertThat(TcpLimits.defaultMostTls(heapBytes, mostTcp)).isEqualTo(most);
    }

    @ParameterizedTest
    @CsvSource({"5461, 4096, 1365", "3, 10, 1", "5461, 0, 0", "0, 4096, 0"})
    void theDefaultOfAnAddressOverTlsIsAQuarter(int most, int sessions, int mostOfAddress) {
        assertThat(TcpLimits.defaultMostTlsOfAddress(most, sessions)).isEqualTo(mostOfAddress);
    }

    @ParameterizedTest
    @CsvSource({
        "32768, 4096, 8192",
        "32768, 20000, 22500",
        "1000, 20000, 1000",
        "32768, 0, 0",
        "0, 4096, 0",
        "1, 1, 1"
    })
    void theDefaultOfAnAddressIsAQuarterOrEnoughForItsSessions(
            int most, int sessions, int mostOfAddress) {
        assertThat(TcpLimits.defaultMostOfAddress(most, sessions)).isEqualTo(mostOfAddress);
    }

    @Test
    void lessThanNoneNamesItsKey() {
        assertThatThrownBy(() -> connections(-1, 0))
                .hasMessage("highwater.limits.tcp-connections: -1 is below 0");
        assertThatThrownBy(() -> connections(0, -1))
                .hasMessage("highwater.limits.tcp-connections-per-ip: -1 is below 0");
        assertThatThrownBy(() -> overTls(-1, 0))
                .hasMessage("highwater.limits.tls-connections: -1 is below 0");
        assertThatThrownBy(() -> overTls(0, -1))
                .hasMessage("highwater.limits.tls-connections-per-ip: -1 is below 0");
    }
}
