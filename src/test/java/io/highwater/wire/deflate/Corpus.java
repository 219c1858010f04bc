package io.highwater.wire.deflate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/** Messages such as applications send, made from a seed. Confined to a test. */
final class Corpus {
    private static final String[] WORDS =
            ("the of a to and price order room node message user hello world update state tick last"
                            + " changed größe 水 🌊 because when never always maybe channel")
                    .split(" ");

    private final Random random;
    private int id;

    Corpus(long seed) {
        random = new Random(seed);
    }

    byte[] json(int bytes) {
        StringBuilder text = new StringBuilder();
        while (text.length() < bytes) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "{\"type\":\"order\",\"id\":%d,\"symbol\":\"EUR%c\",\"price\":%.4f,\"note\":\"%s %s\"}",
                            id++,
                            'A' + random.nextInt(26),
                            random.nextDouble() * 100,
                            word(),
                            word()));
        }
        return Arrays.copyOf(text.toString().getBytes(UTF_8), bytes);
    }

    byte[] random(int bytes) {
        byte[] made = new byte[bytes];
        random.nextBytes(made);
        return made;
    }

    /** Of any kind and a size of every order of magnitude up to {@code most}. */
    byte[] any(int most) {
        int magnitude = random.nextInt(32 - Integer.numberOfLeadingZeros(most));
        int bytes = Math.min(most, (1 << magnitude) + random.nextInt(1 << magnitude));
        return switch (random.nextInt(8)) {
            case 0 -> random(bytes);
            case 1 -> new byte[random.nextInt(4) == 0 ? 0 : bytes];
            default -> json(bytes);
        };
    }

    int next(int bound) {
        return random.nextInt(bound);
    }

    private String word() {
        return WORDS[random.nextInt(WORDS.length)];
    }
}
