package io.highwater.outbound;

import io.highwater.api.Api;

/** What became of an offered message. */
@Api
public enum OfferResult {
    /** Queued or on its way. */
    ACCEPTED,

    /** Queued, but the queue is above its high-water mark: offer no more until it is writable. */
    ABOVE_HIGH_WATER,

    /** Not queued: the policy refused it. The session lives. */
    DROPPED,

    /** Not queued: the session is over or about to be. */
    CLOSED
}
