package io.highwater.outbound;

/**
 * One message that is sent in parts: what its frames have in common. Whoever sends the message
 * makes one; one is told from another by identity.
 */
public final class Parts {}
