package io.highwater.limits;

/** What metrics hear of the accounts and of the limits. Thread-safe; must not block. */
public interface LimitsObserver {
    LimitsObserver NONE = new LimitsObserver() {};

    /** An account was full, and this many of the debtors that kept most were ended. */
    default void onEnded(Account account, int debtors) {}

    /** A TCP connection was reset on arrival. */
    default void onConnectionRefused(Refusal refusal) {}

    /** A request was answered with 503 because there were too many. */
    default void onRequestRefused() {}

    /**
     * A request was bad: malformed, too large, too late or one of too many. It counts as waste.
     *
     * @param status the HTTP status that says so to the client, or would over HTTP/1.1
     */
    default void onBadRequest(int status) {}

    /** A connection, or a stream of one, was ended because its client was too slow. */
    default void onDeadline(Deadline deadline) {}
}
