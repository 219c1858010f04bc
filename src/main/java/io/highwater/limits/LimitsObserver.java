package io.highwater.limits;

/** What metrics hear of the accounts. Thread-safe; must not block. */
public interface LimitsObserver {
    LimitsObserver NONE = new LimitsObserver() {};

    /** An account was full, and so many of those who kept most were ended. */
    default void onEnded(Account account, int debtors) {}
}
