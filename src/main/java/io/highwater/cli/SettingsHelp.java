package io.highwater.cli;

import io.highwater.config.ConfigKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The end of {@code run --help}: every key with its default, meaning and range. Breaks its lines by
 * itself, at spaces: picocli would at each dash, and those are within keys. Stateless.
 */
final class SettingsHelp {
    private static final String INTRODUCTION =
            "Settings, each with its default. Each is also a variable, such as HIGHWATER_TLS_PORT"
                    + " for highwater.tls.port. NAME is a word that you choose.";

    private static final String KEY = " ".repeat(2);
    private static final String ABOUT = " ".repeat(6);

    private SettingsHelp() {}

    /**
     * @param width the longest line
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
     * A word that is longer than a line has one of its own.
     *
     * @param first what the first line begins with
     * @param others what each further one begins with
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
