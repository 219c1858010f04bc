package io.highwater.channel;

import io.highwater.backbone.Entry;

/** An entry and the one frame that all who hear it in a turn share. Immutable. */
public record Publication<F>(Entry entry, F frame) {}
