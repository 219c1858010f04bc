package io.highwater.wire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** The JDK's decoder is the oracle. */
class Utf8ValidatorTest {
    @Property(tries = 3000)
    void agreesWithTheJdkHoweverTheBytesAreCut(
            @ForAll("almostText") byte[] bytes, @ForAll @IntRange(min = 1, max = 9) int cut) {
        assertThat(check(bytes, cut) == Utf8Validator.START).isEqualTo(isValid(bytes));
    }

    @Property(tries = 3000)
    void failsAtTheFirstByteThatNoTextContains(@ForAll("almostText") byte[] bytes) {
        int state = Utf8Validator.START;
        for (int i = 0; i < bytes.length && state != Utf8Validator.MALFORMED; i++) {
            state = Utf8Validator.check(state, ByteBuffer.wrap(bytes, i, 1));
            if (state == Utf8Validator.MALFORMED) {
                assertThat(canBecomeValid(bytes, i + 1)).isFalse();
                assertThat(canBecomeValid(bytes, i)).isTrue();
            }
        }
    }

    @Provide
    Arbitrary<byte[]> almostText() {
        Arbitrary<byte[]> valid =
                Arbitraries.strings()
                        .withCharRange('\u0000', '\uD7FF')
                        .withCharRange('\uE000', '\uFFFF')
                        .ofMaxLength(20)
                        .map(text -> text.getBytes(StandardCharsets.UTF_8));
        Arbitrary<byte[]> wide =
                Arbitraries.integers()
                        .between(0x10000, 0x10FFFF)
                        .map(point -> Character.toString(point).getBytes(StandardCharsets.UTF_8));
        Arbitrary<byte[]> noise =
                Arbitraries.integers()
                        .between(0x78, 0xFF)
                        .map(Integer::byteValue)
                        .array(byte[].class)
                        .ofMaxSize(4);
        return Combinators.combine(valid, wide, Arbitraries.oneOf(noise, valid, wide), valid)
                .as(
                        (a, b, c, d) ->
                                ByteBuffer.allocate(a.length + b.length + c.length + d.length)
                                        .put(a)
                                        .put(b)
                                        .put(c)
                                        .put(d)
                                        .array());
    }

    private static int check(byte[] bytes, int cut) {
        int state = Utf8Validator.START;
        for (int at = 0; at < bytes.length && state != Utf8Validator.MALFORMED; at += cut) {
            state =
                    Utf8Validator.check(
                            state, ByteBuffer.wrap(bytes, at, Math.min(cut, bytes.length - at)));
        }
        return state;
    }

    private static boolean isValid(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Whether the first {@code length} bytes are the beginning of some valid text. */
    private static boolean canBecomeValid(byte[] bytes, int length) {
        byte[][] endings = {{}, {(byte) 0x80}, {(byte) 0xBF}};
        byte[] head = java.util.Arrays.copyOf(bytes, length);
        for (byte[] a : endings) {
            for (byte[] b : endings) {
                for (byte[] c : endings) {
                    ByteBuffer whole =
                            ByteBuffer.allocate(length + a.length + b.length + c.length)
                                    .put(head)
                                    .put(a)
                                    .put(b)
                                    .put(c);
                    if (isValid(whole.array())) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
