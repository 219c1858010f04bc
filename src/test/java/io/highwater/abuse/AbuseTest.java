package io.highwater.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every attack for a moment. {@code -Dabuse.only=NAME} takes those whose names begin so, {@code
 * -Dabuse.seconds=N} and {@code -Dabuse.addresses=N} make them longer and wider.
 */
@Timeout(value = 30, unit = java.util.concurrent.TimeUnit.MINUTES)
class AbuseTest {
    private static final String ONLY = System.getProperty("abuse.only", "");
    private static final Duration TIME =
            Duration.ofMillis(
                    (long) (Double.parseDouble(System.getProperty("abuse.seconds", "1.2")) * 1000));
    private static final int ADDRESSES = Integer.getInteger("abuse.addresses", 16);

    @TempDir(cleanup = CleanupMode.NEVER)
    private static Path folder;

    private static Trial trial;

    @BeforeAll
    static void open() throws Exception {
        trial = new Trial(folder, "short");
    }

    @AfterAll
    static void close() throws Exception {
        trial.close();
    }

    /**
     * Issue 10: a page that had its name turned to 127.0.0.1 reads nothing of the node's clients.
     */
    @ParameterizedTest
    @ValueSource(strings = {"/metrics", "/clients/slow", "/health/live", "/health/ready"})
    void theAdminPortAnswersNoOtherHost(String path) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), trial.adminPort())) {
            socket.setSoTimeout(30_000);
            String request = "GET " + path + " HTTP/1.1\r\nHost: rebound.example\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            byte[] answer = new byte[12];
            assertThat(socket.getInputStream().readNBytes(answer, 0, 12)).isEqualTo(12);
            assertThat(new String(answer, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 4");
        }
    }

    @TestFactory
    Stream<DynamicTest> nobodyTakesTheNodeDown() {
        return Attacks.all().stream()
                .filter(attack -> attack.name().startsWith(ONLY))
                .map(
                        attack ->
                                DynamicTest.dynamicTest(
                                        attack.name() + ": " + attack.claim(),
                                        () -> trial.run(attack, ADDRESSES, TIME)));
    }
}
