package io.highwater.bench.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What applications send over WebSockets, made from a seed: the same bytes on every machine. Each
 * connection has a stream of its own. Stateless.
 */
enum DeflateCorpus {
    /** One price after the other, in the shortest JSON. */
    TICKS {
        @Override
        void append(StringBuilder to, SplittableRandom random, int number) {
            String symbol = SYMBOLS[random.nextInt(SYMBOLS.length)];
            double bid = 1 + random.nextInt(100_000) / 1e5;
            format(
                    to,
                    "{\"s\":\"%s\",\"t\":%d,\"b\":%.5f,\"a\":%.5f,\"v\":%d}",
                    symbol,
                    1_764_000_000_000L + number * 37L + random.nextInt(30),
                    bid,
                    bid + random.nextInt(1, 9) / 1e5,
                    random.nextInt(1, 500) * 1_000);
        }
    },

    /** Orders as a back office sends them: long names, few values. */
    JSON {
        @Override
        void append(StringBuilder to, SplittableRandom random, int number) {
            format(
                    to,
                    "{\"type\":\"orderUpdated\",\"orderId\":\"%08x-%04x\",\"customer\":{\"id\":%d,"
                            + "\"tier\":\"%s\"},\"status\":\"%s\",\"currency\":\"%s\",\"total\":%d.%02d,"
                            + "\"updatedAt\":\"2026-03-%02dT%02d:%02d:%02d.%03dZ\",\"items\":%d}",
                    random.nextInt(),
                    random.nextInt(1 << 16),
                    random.nextInt(100_000),
                    pick(random, "standard", "silver", "gold"),
                    pick(random, "received", "packed", "shipped", "delivered", "returned"),
                    pick(random, "EUR", "USD", "GBP"),
                    random.nextInt(1_000),
                    random.nextInt(100),
                    random.nextInt(1, 29),
                    random.nextInt(24),
                    random.nextInt(60),
                    random.nextInt(60),
                    random.nextInt(1_000),
                    random.nextInt(1, 9));
        }
    },

    /** Prose of three thousand words, the frequent ones far more often, as people write. */
    CHAT {
        @Override
        void append(StringBuilder to, SplittableRandom random, int number) {
            int words = random.nextInt(4, 18);
            for (int i = 0; i < words; i++) {
                // Zipf's law: the nth word of a language is about n times rarer than the first.
                double rank = Math.pow(WORDS.length, random.nextDouble());
                to.append(i == 0 ? "" : " ").append(WORDS[(int) rank - 1]);
            }
            to.append(pick(random, ". ", ". ", "? ", "! ", ", "));
        }
    },

    /** What is compressed or encrypted already. */
    RANDOM {
        @Override
        void append(StringBuilder to, SplittableRandom random, int number) {
            throw new IllegalStateException("made of bytes");
        }

        @Override
        byte[] message(SplittableRandom random, int number, int bytes) {
            byte[] made = new byte[bytes];
            random.nextBytes(made);
            return made;
        }
    };

    private static final String[] SYMBOLS = {"EURUSD", "USDJPY", "GBPUSD", "USDCHF", "AUDUSD"};
    private static final String[] WORDS = words();

    abstract void append(StringBuilder to, SplittableRandom random, int number);

    /** The next message of a connection, of just that many bytes. */
    byte[] message(SplittableRandom random, int number, int bytes) {
        StringBuilder text = new StringBuilder(bytes + 300);
        while (text.length() < bytes) {
            append(text, random, number);
        }
        return Arrays.copyOf(text.toString().getBytes(StandardCharsets.US_ASCII), bytes);
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static void format(StringBuilder to, String format, Object... values) {
        to.append(String.format(Locale.ROOT, format, values));
    }

    private static String pick(SplittableRandom random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static String[] words() {
        SplittableRandom random = new SplittableRandom(7692);
        String[] words = new String[3_000];
        for (int i = 0; i < words.length; i++) {
            StringBuilder word = new StringBuilder();
            for (int left = 1 + random.nextInt(3); left > 0; left--) {
                word.append("bcdfghklmnprstvw".charAt(random.nextInt(16)));
                word.append("aeiou".charAt(random.nextInt(5)));
                word.append(random.nextInt(3) == 0 ? "nrst".charAt(random.nextInt(4)) + "" : "");
            }
            words[i] = word.toString();
        }
        return words;
    }
}
