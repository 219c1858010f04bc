package io.highwater.handshake.address;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.AddressBlock;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of {@link IpLiteral}, {@link Cidr}, {@link AddressBlock} and {@link Authority}. */
final class AddressesTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.1.2, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.1.2.3/8, 10.9.9.9, true",
        "10.0.0.0/9, 10.127.0.1, true",
        "10.0.0.0/9, 10.128.0.1, false",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "192.0.2.0/31, 192.0.2.1, true",
        "192.0.2.0/31, 192.0.2.2, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "::/0, 2001:db8::1, true",
        "::/0, 10.0.0.1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "::1, ::1, true",
        "10.0.0.0/8, ::ffff:10.0.0.1, true"
    })
    void aBlockContainsWhatSharesItsFirstBits(String block, String address, boolean contained) {
        Cidr cidr = Objects.requireNonNull(Cidr.parse(block));
        assertThat(cidr.contains(Objects.requireNonNull(IpLiteral.parse(address))))
                .isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "10.0.0.0/33",
                "10.0.0/8",
                "::/129",
                "localhost",
                "10.0.0.0/8/8",
                "fe80::1%lo",
                "fe80::1%1",
                "[::1]",
                "010.0.0.1111",
                "1.2.3.256",
                "a:b",
                "1.2.3.4.5"
            })
    void whatIsNoBlockIsNone(String text) {
        assertThat(Cidr.parse(text)).isNull();
    }

    @Test
    void anIpv6HostCountsByItsSlash64AndAnIpv4OneByItself() {
        assertThat(block("2001:db8:1:2::1")).isEqualTo(block("2001:db8:1:2:ffff::9"));
        assertThat(block("2001:db8:1:2::1")).isNotEqualTo(block("2001:db8:1:3::1"));
        assertThat(block("192.0.2.1")).isNotEqualTo(block("192.0.2.2"));
        assertThat(block("::ffff:192.0.2.1")).isEqualTo(block("192.0.2.1"));
        assertThat(block("0.0.0.1")).isNotEqualTo(block("::"));
    }

    @ParameterizedTest
    @CsvSource({
        "example.com, example.com, -1",
        "EXAMPLE.com:8080, example.com, 8080",
        "[::1], [0:0:0:0:0:0:0:1], -1",
        "[0:0::1]:443, [0:0:0:0:0:0:0:1], 443",
        "127.0.0.1:1, 127.0.0.1, 1",
        "under_score, under_score, -1"
    })
    void anAuthorityIsReadInOneSpelling(String text, String host, int port) {
        assertThat(Authority.parse(text)).isEqualTo(new Authority(host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":80",
                "a:",
                "a:0",
                "a:65536",
                "a:8o",
                "a:+80",
                "a b",
                "a/b",
                "a@b",
                "a,b",
                "[::1",
                "[]",
                "[::1]x",
                "[::1]:",
                "::1",
                "[1.2.3.4]",
                ".a",
                "ä",
                "a\r\nb",
                "%61",
                "a:000080"
            })
    void whatIsNoAuthorityIsNone(String text) {
        assertThat(Authority.parse(text)).isNull();
    }

    private static AddressBlock block(String address) {
        return AddressBlock.of(Objects.requireNonNull(IpLiteral.parse(address)));
    }
}
