/**
 * Annotated and programmatic Jakarta endpoints on the wire engine. This package holds what
 * applications use ({@link io.highwater.endpoint.HighWaterAsync} and the annotations beside
 * {@code @ServerEndpoint}), the settings and the observer of all endpoints, and the deployment:
 * start reading at {@link io.highwater.endpoint.Endpoints}. The sub-packages hold its parts, each
 * above those that it imports: {@code codec} and {@code jetty}, {@code remote}, {@code message},
 * {@code metadata}, {@code session}. Deployment uses one thread; the rest is thread-safe.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint;
