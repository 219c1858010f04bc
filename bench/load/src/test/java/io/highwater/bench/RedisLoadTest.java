package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisLoadTest {
    private static final Map<String, String> CPU =
            RedisConnection.fields(
                    "# CPU\r\nused_cpu_sys:1.250000\r\nused_cpu_user:2.000100\r\n"
                            + "used_cpu_sys_children:9.0\r\n");

    private static String reply(String bytes) throws IOException {
        return RedisConnection.reply(
                new ByteArrayInputStream(bytes.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @CsvSource({"'+PONG\r\n', PONG", "':12\r\n', 12", "'$5\r\nab\r\nc\r\n', 'ab\r\nc'"})
    void answersAreRead(String bytes, String text) throws IOException {
        assertThat(reply(bytes)).isEqualTo(text);
    }

    @Test
    void anErrorOrAnEndIsThrown() {
        assertThatThrownBy(() -> reply("-NOAUTH needed\r\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("NOAUTH needed");
        assertThatThrownBy(() -> reply("$5\r\nab")).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> reply("")).isInstanceOf(EOFException.class);
    }

    @Test
    void whatWasDoneInBetweenIsTheDifference() {
        RedisLoad before =
                RedisLoad.of(
                        CPU,
                        "# Commandstats\r\n"
                                + "cmdstat_evalsha:calls=10,usec=200,usec_per_call=20.00\r\n"
                                + "cmdstat_xread:calls=7,usec=70,usec_per_call=10.00\r\n");
        RedisLoad after =
                RedisLoad.of(
                        Map.of("used_cpu_sys", "1.5", "used_cpu_user", "3.0001"),
                        "cmdstat_evalsha:calls=15,usec=320,usec_per_call=20.00\r\n"
                                + "cmdstat_eval:calls=1,usec=30,usec_per_call=30.00\r\n"
                                + "cmdstat_xread:calls=9,usec=90,usec_per_call=10.00\r\n"
                                + "cmdstat_xrange:calls=3,usec=9,usec_per_call=3.00\r\n");
        RedisLoad done = after.since(before);

        assertThat(before.cpuMicros()).isEqualTo(3_250_100);
        assertThat(done.cpuMicros()).isEqualTo(1_250_000);
        assertThat(done.scripts()).isEqualTo(new RedisLoad.Command(6, 150));
        assertThat(done.reads()).isEqualTo(3);
        assertThat(before.reads()).isZero();
    }
}
