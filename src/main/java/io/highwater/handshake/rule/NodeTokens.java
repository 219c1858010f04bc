package io.highwater.handshake.rule;

import io.highwater.identity.Tokens;
import org.jspecify.annotations.Nullable;

/**
 * What a node's containers share to check tokens. Immutable.
 *
 * @param tokens null if tokens are not looked at
 */
record NodeTokens(@Nullable Tokens tokens) {}
