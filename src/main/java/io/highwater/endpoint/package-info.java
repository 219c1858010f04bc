/**
 * Annotated Jakarta endpoints on the wire engine: Jetty's Jakarta layer without its servlets and
 * sessions.
 *
 * <p>API: {@link io.highwater.endpoint.HighWaterAsync} and the annotations that stand beside
 * {@code @ServerEndpoint}.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint;
