package io.highwater.backbone.ring;

/** 128 bits that stand for (publisher, channel, msgId); never all 0. Immutable. */
public record MessageKey(long high, long low) {}
