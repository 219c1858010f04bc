package io.highwater.backbone.ring;

/** 128 bits for (publisher, channel, msgId); never all of them 0. Immutable. */
public record MessageKey(long high, long low) {}
