package io.highwater.testing;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;

/**
 * A log that throws when it is armed; what is an exception, too, which Logback's own classes keep
 * to themselves. Thread-safe.
 */
public final class StrayAppender extends AppenderBase<ILoggingEvent> {
    private final Stray stray;

    private StrayAppender(Stray stray) {
        this.stray = stray;
    }

    /** Started. */
    public static Appender<ILoggingEvent> of(Stray stray) {
        StrayAppender appender = new StrayAppender(stray);
        appender.start();
        return appender;
    }

    @Override
    public synchronized void doAppend(ILoggingEvent event) {
        stray.call();
    }

    @Override
    protected void append(ILoggingEvent event) {
        throw new AssertionError("not called");
    }
}
