package io.highwater.endpoint;

import io.highwater.api.Api;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The origins that may connect to this endpoint, instead of {@code
 * highwater.handshake.allowed-origins}. Placed beside {@code @ServerEndpoint}.
 */
@Api
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface AllowedOrigins {
    /**
     * {@code https://host[:port]}, {@code https://*.example.com}, {@code null} for pages without an
     * origin of their own, or {@code *} for any origin.
     */
    String[] value();
}
