package io.highwater.backbone.local;

/** 128 bits for (publisher, channel, msgId); never all of them 0. Immutable. */
record MessageKey(long high, long low) {}
