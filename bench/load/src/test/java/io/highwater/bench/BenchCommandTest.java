package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    @ParameterizedTest
    @CsvSource({
        "echo --bytes 23, 24 to 65535",
        "fanout --bytes 20, to 65535",
        "fanout --bytes 34 --channels, 35 to 65535",
        "idle --connections 0, 1 to 1000000",
        "fanout --rate 0, 1 to 100000",
        "fanout --in-flight 65, 1 to 64",
        "echo --seconds 0, 1 to 3600",
        "echo --rounds 0, 1 to 100",
        "compare --rounds 0, 1 to 100",
        "compare --sockets 5, 1000 to 10000000",
        "deflate --rounds 0, 1 to 100",
        "backbone --seconds 0, 1 to 3600",
        "backbone --archive-messages 9, 10000 to 100000000"
    })
    void aSizeOutOfRangeIsExitCode2AndALineWithTheRange(String arguments, String range) {
        assertThat(execute(arguments.split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains(arguments.split(" ")[1]).contains(range);
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "compare fast; \"fast\" is not one of idle, fanout, echo",
                "compare --contestants raw,nginx; \"nginx\" is not one of raw, netty",
                "compare --unknown; Unknown option: '--unknown'",
                "backbone fast; \"fast\" is not one of delivery, redis, durable, recovery",
                "what; Unmatched argument"
            })
    void aWordThatIsNoneIsExitCode2AndALineWithThoseThatAre(String arguments, String line) {
        assertThat(execute(arguments.split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains(line);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void eachBenchmarkIsInTheHelp() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString())
                .contains("compare", "idle", "fanout", "echo", "deflate", "backbone");
    }
}
