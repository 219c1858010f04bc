/**
 * Annotated and programmatic Jakarta endpoints on the wire engine. Here is what teams use ({@link
 * io.highwater.endpoint.HighWaterAsync} and the annotations that stand beside
 * {@code @ServerEndpoint}), the settings and the port of the whole, and what deploys: begin at
 * {@link io.highwater.endpoint.Endpoints}. The sub-packages are its parts, each above those that it
 * imports: {@code codec} and {@code jetty}, {@code remote}, {@code message}, {@code metadata},
 * {@code session}. Deployment is one thread's; the rest is thread-safe.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint;
