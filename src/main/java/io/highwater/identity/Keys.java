package io.highwater.identity;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The keys of the issuer, as far as they are known now. Thread-safe. */
interface Keys extends AutoCloseable {
    /** Begins to fetch keys, without waiting for them. */
    default void start() {}

    /** Null if they were never had. The same object as long as the keys are the same. */
    @Nullable KeySet now();

    /**
     * Asks the issuer again, because {@link #now} has none or none that fits. The stage ends when
     * that is done, whether or not it went well, and never fails.
     *
     * @return null if the issuer can't be asked again yet, or never
     */
    @Nullable CompletionStage<Void> askAgain();

    @Override
    default void close() {}

    /** Keys from a file, which are read once. */
    static Keys of(KeySet keys) {
        return new Keys() {
            @Override
            public KeySet now() {
                return keys;
            }

            @Override
            public @Nullable CompletionStage<Void> askAgain() {
                return null;
            }
        };
    }
}
