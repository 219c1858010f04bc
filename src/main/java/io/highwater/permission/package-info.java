/**
 * Who may do what in which channel. The first that decides wins: the team's rule, the channel's
 * owner by its name, the configuration where it says nobody, the client's claim, the configuration.
 *
 * <p>Entry type: {@link io.highwater.permission.Permissions}, which is thread-safe. Nothing here
 * waits, and only a team's rule can take its time.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.permission;
