package io.highwater.protocol;

/** The result of decoding a client's message: a command, or what is wrong with the message. */
public sealed interface Decoded permits Command, BadRequest {}
