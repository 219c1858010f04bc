/**
 * Health, readiness, metrics and drain, for operators. {@link io.highwater.admin.AdminApi} has the
 * paths and the rules, {@link io.highwater.admin.AdminActions} is what the node does for it; the
 * socket around it is in {@code server}. Everything is thread-safe.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.admin;
