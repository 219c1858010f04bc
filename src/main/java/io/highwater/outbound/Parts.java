package io.highwater.outbound;

/**
 * One message that is sent in parts: what its frames have in common. Told from others by identity;
 * made by whoever sends it.
 */
public final class Parts {}
