/** The demonstration endpoints: an echo, and the rooms of the demo page. */
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint.demo;
