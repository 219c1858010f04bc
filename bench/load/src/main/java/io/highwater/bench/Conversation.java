package io.highwater.bench;

/**
 * What a connection says, and hears as an echo, before it falls silent. Immutable.
 *
 * @param messages one after the other
 * @param bytes of each
 * @param deflate whether permessage-deflate is offered, and used where the server agrees
 */
record Conversation(int messages, int bytes, boolean deflate) {
    /** One message, as it is. */
    static Conversation of(int bytes) {
        return new Conversation(1, bytes, false);
    }
}
