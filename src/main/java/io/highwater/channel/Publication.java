package io.highwater.channel;

import io.highwater.backbone.Entry;

/** An entry and its frame, which all subscribers of a turn share. Immutable. */
public record Publication<F>(Entry entry, F frame) {}
