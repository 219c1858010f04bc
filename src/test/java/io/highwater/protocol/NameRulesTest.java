package io.highwater.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The loops decide as the patterns of clients' commands do. */
final class NameRulesTest {
    @Provide
    Arbitrary<String> names() {
        Arbitrary<String> ordinary =
                Arbitraries.strings().withChars("azAZ09._:/- \n\u00e4").ofMaxLength(4);
        Arbitrary<String> length =
                Arbitraries.of(63, 64, 65, 199, 200, 201).map(size -> "a".repeat(size));
        return Arbitraries.oneOf(ordinary, length);
    }

    @Property(tries = 2_000)
    void namesAreThoseOfThePatterns(@ForAll("names") String name) {
        assertThat(NameRules.channel(name) == null).isEqualTo(name.matches(Names.CHANNEL));
        assertThat(NameRules.msgId(name) == null).isEqualTo(name.matches(Names.MSG_ID));
        assertThat(NameRules.publisher(name) == null).isEqualTo(name.matches(Names.CLIENT));
        boolean key = !name.isEmpty() && name.length() <= Names.MAX_KEY;
        assertThat(NameRules.key(name) == null).isEqualTo(key);
    }

    @Test
    void dataNestsAsDeepAsInACommand() {
        assertThat(NameRules.data(nested(63))).isNull();
        assertThat(NameRules.data(nested(64))).startsWith("data: nested more than 63 deep");
        assertThat(
                        new Codec()
                                .decode(
                                        ("{\"type\":\"publish\",\"id\":1,\"channel\":\"a\","
                                                        + "\"msgId\":\"m\",\"data\":"
                                                        + new String(
                                                                nested(63),
                                                                StandardCharsets.US_ASCII)
                                                        + "}")
                                                .getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(Command.Publish.class);
    }

    private static byte[] nested(int deep) {
        return ("[".repeat(deep) + "]".repeat(deep)).getBytes(StandardCharsets.US_ASCII);
    }
}
