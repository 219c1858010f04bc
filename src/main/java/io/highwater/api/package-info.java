/**
 * Says which types an application may build on: those marked {@link io.highwater.api.Api}, in
 * packages marked with it. Other public types are public only for Highwater's other packages, and
 * may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.api;
