package io.highwater.protocol;

/** What became of a client's message: a command, or what is wrong with it. */
public sealed interface Decoded permits Command, BadRequest {}
