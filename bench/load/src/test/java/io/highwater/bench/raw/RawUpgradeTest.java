package io.highwater.bench.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.bench.client.BenchException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RawUpgradeTest {
    private static ByteBuffer request(String path, String rest) {
        String request =
                "GET "
                        + path
                        + " HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + rest;
        return ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void theAnswerHasTheAcceptOfTheRfc() {
        RawUpgrade upgrade = RawUpgrade.parse(request("/v1/echo", "\r\n"));

        assertThat(upgrade.room()).isNull();
        assertThat(new String(upgrade.answer(), StandardCharsets.US_ASCII))
                .startsWith("HTTP/1.1 101 ")
                .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void theRoomIsWhatFollowsInThePath() {
        assertThat(RawUpgrade.parse(request("/v1/chat/tea", "\r\n")).room()).isEqualTo("tea");
    }

    @Test
    void aRequestWithoutItsEndIsWaitedFor() {
        ByteBuffer in = request("/v1/echo", "");

        assertThat(RawUpgrade.parse(in)).isNull();
        assertThat(in.position()).isZero();
    }

    @Test
    void framesBehindTheRequestStayInTheBuffer() {
        ByteBuffer in = request("/v1/echo", "\r\nABC");

        assertThat(RawUpgrade.parse(in)).isNotNull();
        assertThat(in.remaining()).isEqualTo(3);
    }

    @Test
    void aRequestWithoutKeyIsRefused() {
        ByteBuffer in =
                ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

        assertThatThrownBy(() -> RawUpgrade.parse(in)).isInstanceOf(BenchException.class);
    }
}
