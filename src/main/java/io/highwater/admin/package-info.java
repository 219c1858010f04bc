/**
 * Health, readiness, metrics and drain, for operators. {@link io.highwater.admin.AdminApi} has the
 * paths and the rules, the node implements {@link io.highwater.admin.AdminActions}, and package
 * {@code server} has the socket. Everything is thread-safe.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.admin;
