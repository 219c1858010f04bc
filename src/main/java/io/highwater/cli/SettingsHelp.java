package io.highwater.cli;

import io.highwater.config.ConfigKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The end of {@code run --help}: every key with its default, meaning and range. Breaks lines by
 * itself, at spaces, because picocli also breaks them at dashes, and keys contain dashes.
 * Stateless.
 */
final class SettingsHelp {
    private static final String INTRODUCTION =
            "Settings, each with its default. Each is also a variable, such as HIGHWATER_TLS_PORT"
                    + " for highwater.tls.port. NAME is a word that you choose.";

    private static final String KEY = " ".repeat(2);
    private static final String ABOUT = " ".repeat(6);

    private SettingsHelp() {}

    /**
     * @param width the greatest length of a line
     */
    static List<String> lines(int width) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        wrap(lines, "", "", INTRODUCTION, width);
        for (ConfigKey key : ConfigKey.all()) {
            wrap(lines, KEY, ABOUT, key.name() + " = " + key.shown(), width);
            wrap(lines, ABOUT, ABOUT, key.about() + " (" + key.form() + ")", width);
        }
        return lines;
    }

    /**
     * Wraps text; a word that is too long for a line gets its own line.
     *
     * @param first the start of the first line
     * @param others the start of each further line
     */
    private static void wrap(
            List<String> lines, String first, String others, String text, int width) {
        String[] words = text.split(" ");
        StringBuilder line = new StringBuilder(first).append(words[0]);
        for (String word : Arrays.asList(words).subList(1, words.length)) {
            if (line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line = new StringBuilder(others).append(word);
            } else {
                line.append(' ').append(word);
            }
        }
        lines.add(line.toString());
    }
}
