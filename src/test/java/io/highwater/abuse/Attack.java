package io.highwater.abuse;

/** One way to cost a node more than it has. Immutable; each run has its state for itself. */
interface Attack {
    /** In words with hyphens. */
    String name();

    /** What it hopes to use up, and how. */
    String claim();

    /**
     * What it leaves that the node keeps by contract: the ring of a channel for 2 minutes, msgIds
     * for 5. Its memory is looked at when that is over, at the end of the long form.
     */
    boolean isRemembered();

    /**
     * Attacks until the scene is over, or until the node has refused for good. Being refused is no
     * failure. Leaves no socket open.
     */
    void run(Scene scene) throws Exception;
}
