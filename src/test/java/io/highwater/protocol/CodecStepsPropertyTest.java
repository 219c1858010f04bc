package io.highwater.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.Allocations;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Whatever a message is made of, a byte of it costs no more in a large one than in a small one; and
 * none costs as much as a parser does. What is counted is what is allocated.
 */
final class CodecStepsPropertyTest {
    private static final Codec CODEC = new Codec();
    private static final int LARGE_BYTES = 64 * 1024;

    /** A parser for each name of eleven bytes allocates over 700 for a byte. */
    private static final int MOST_FOR_A_BYTE = 150;

    private static final int SLACK_BYTES = 64 * 1024;

    /** A message around something that is repeated, "%s", with a comma between. */
    private enum Around {
        MEMBERS("{\"type\":\"ping\",%s,\"id\":1}"),
        DATA("{\"type\":\"publish\",\"id\":1,\"channel\":\"c\",\"msgId\":\"m\",\"data\":{%s}}"),
        CURSOR("{\"type\":\"subscribe\",\"id\":1,\"channel\":\"c\",\"since\":{%s}}"),
        OTHER("{\"type\":\"hello\",\"x\":{%s},\"client\":\"c\"}");

        private final String text;

        Around(String text) {
            this.text = text;
        }

        byte[] message(String member, int bytes) {
            int repeats = Math.max(1, bytes / (member.length() + 1));
            String members = (member + ",").repeat(repeats - 1) + member;
            return String.format(text, members).getBytes(StandardCharsets.UTF_8);
        }
    }

    @Provide
    Arbitrary<String> member() {
        Arbitrary<String> letter =
                Arbitraries.of("a", "id", "\\u0061", "\\n", "\\\"", "type", "\u00e9");
        Arbitrary<String> name = letter.list().ofMaxSize(8).map(list -> String.join("", list));
        Arbitrary<String> value =
                Arbitraries.of(
                        "1",
                        "-0.5e9",
                        "null",
                        "\"1-1-1\"",
                        "\"\\u0061\\u0062\"",
                        "[]",
                        "{}",
                        "[[[[1],2],3],4]",
                        "{\"\\u0061\":{\"b\":1}}",
                        "9".repeat(100));
        return name.flatMap(n -> value.map(v -> "\"" + n + "\":" + v));
    }

    @Property(tries = 300)
    void aMessageOfTwiceTheLengthCostsTwiceAsMuch(
            @ForAll Around around, @ForAll("member") String member) {
        byte[] once = around.message(member, LARGE_BYTES / 2);
        byte[] twice = around.message(member, LARGE_BYTES);
        long small = Allocations.of(() -> CODEC.decode(once));
        long large = Allocations.of(() -> CODEC.decode(twice));
        assertThat(large).isLessThanOrEqualTo(5 * small / 2 + SLACK_BYTES);
        assertThat(large).isLessThanOrEqualTo((long) MOST_FOR_A_BYTE * twice.length + SLACK_BYTES);
    }

    @Property(tries = 100)
    void aStringOfEscapesCostsWhatItsBytesDo(@ForAll("member") String member) {
        String name = member.substring(0, member.lastIndexOf(':'));
        byte[] long1 = typed(name, LARGE_BYTES / 2);
        byte[] long2 = typed(name, LARGE_BYTES);
        long small = Allocations.of(() -> CODEC.decode(long1));
        long large = Allocations.of(() -> CODEC.decode(long2));
        assertThat(large).isLessThanOrEqualTo(5 * small / 2 + SLACK_BYTES);
        assertThat(large).isLessThanOrEqualTo((long) MOST_FOR_A_BYTE * long2.length + SLACK_BYTES);
    }

    /** As the type's value and as a name. */
    private static byte[] typed(String quoted, int bytes) {
        String text = quoted.replaceAll("^\"|\"$", "x");
        String many = text.repeat(Math.max(1, bytes / text.length()));
        return ("{\"" + many + "\":1,\"type\":\"" + many + "\"}").getBytes(StandardCharsets.UTF_8);
    }
}
