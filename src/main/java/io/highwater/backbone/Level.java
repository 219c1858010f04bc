package io.highwater.backbone;

import io.highwater.api.Api;
import java.util.Locale;

/** What an answered append promises. */
@Api
public enum Level {
    /**
     * Nobody keeps the publication: whoever is subscribed now receives it, if nothing goes wrong.
     */
    EPHEMERAL,

    /** This node has the entry; it is lost if the node dies. */
    MEMORY,

    /** Every node reads the entry; it is lost only if the backbone loses its tail. */
    LOG,

    /** The entry is archived: it reaches every subscriber. */
    DURABLE;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The word that clients are sent. */
    public String word() {
        return word;
    }
}
