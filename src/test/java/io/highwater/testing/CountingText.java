package io.highwater.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Text that counts what a parser does with it: each character that it looks at or copies is a step.
 * Confined to its test.
 */
public final class CountingText implements CharSequence {
    /** Of a text and all parts of it. */
    private static final class Steps {
        private long count;
    }

    private final String text;
    private final Steps steps;

    public CountingText(String text) {
        this(text, new Steps());
    }

    private CountingText(String text, Steps steps) {
        this.text = text;
        this.steps = steps;
    }

    /** Of what a parser does with lines of a unit that is repeated. */
    public static long steps(
            String unit, int lines, int repeats, Consumer<List<? extends CharSequence>> parse) {
        List<CountingText> texts = new ArrayList<>();
        for (int i = 0; i < lines; i++) {
            texts.add(new CountingText(unit.repeat(repeats / lines)));
        }
        parse.accept(texts);
        return texts.stream().mapToLong(CountingText::steps).sum();
    }

    public long steps() {
        return steps.count;
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public char charAt(int index) {
        steps.count++;
        return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return new CountingText(text.substring(start, end), steps);
    }

    @Override
    public String toString() {
        steps.count += text.length();
        return text;
    }
}
