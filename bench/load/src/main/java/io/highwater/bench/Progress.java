package io.highwater.bench;

/** Hears what goes on, a line at a time; never the result. */
@FunctionalInterface
interface Progress {
    void say(String line);
}
