/**
 * The channel service at {@code /v1/ws}: one client of highwater.v1, from its hello to its end.
 *
 * <p>Entry type: {@link io.highwater.session.Sessions}. Commands of a session run one at a time on
 * the node's callback executor, as endpoints' methods do and for the same reason: on a transport's
 * thread (a selector's, or an HTTP/2 connection's parser) the JSON and the team's {@code
 * ChannelRule} of one client would hold up all that share it. Nothing here blocks. Turns come on
 * the channels' shard threads and go into the session's queue from there.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.session;
