/**
 * The channel service at {@code /v1/ws}: one client of highwater.v1, from its hello to its end.
 *
 * <p>Entry type: {@link io.highwater.session.Sessions}. Commands of a session run one at a time on
 * the node's callback executor, like the methods of endpoints and for the same reason: on a
 * transport's thread (a selector's, or an HTTP/2 connection's parser) one client's JSON and the
 * application's {@code ChannelRule} would hold up all clients that share the thread. Nothing here
 * blocks. Turns come on the channels' shard threads and go into the session's queue from there.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.session;
