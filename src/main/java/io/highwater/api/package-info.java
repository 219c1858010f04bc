/**
 * How Highwater says what a team may build on: the types marked {@link io.highwater.api.Api}, in
 * the packages marked so. What else is public is so for Highwater's other packages, and may change
 * with any version.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.api;
