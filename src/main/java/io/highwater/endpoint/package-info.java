/**
 * Annotated Jakarta endpoints on the wire engine: Jetty's Jakarta layer without its servlets and
 * sessions.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint;
