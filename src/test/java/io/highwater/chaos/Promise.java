package io.highwater.chaos;

/**
 * What a deployment promises: the checker holds it to that.
 *
 * @see Event.Loss
 */
enum Promise {
    /**
     * A single node with an archive. Nothing is ever lost, and a message has one position for good.
     */
    FILE("durable", true),
    /**
     * Nodes with a log in Redis, without an archive. What Redis may have lost may be missing, or
     * have a second position since it was published again. A client that missed it is told.
     */
    LOG("log", false),
    /**
     * Nodes with a log in Redis and an archive. Nothing is ever lost, but what Redis lost may have
     * a second position.
     */
    DURABLE("durable", true);

    private final String level;
    private final boolean archived;

    Promise(String level, boolean archived) {
        this.level = level;
        this.archived = archived;
    }

    /** What every acknowledgement must say. */
    String level() {
        return level;
    }

    /** Whether there is an archive to compare with. */
    boolean isArchived() {
        return archived;
    }

    /** Whether what Redis loses may be missing. */
    boolean mayLose() {
        return this == LOG;
    }

    /** Whether what Redis loses may come again at another position. */
    boolean mayMove() {
        return this != FILE;
    }
}
