package io.highwater.endpoint;

import io.highwater.api.Api;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The largest message that this endpoint accepts, instead of {@code
 * highwater.limits.max-message-bytes}. A larger one ends the session with 1009 before it has
 * arrived completely. Placed beside {@code @ServerEndpoint}.
 */
@Api
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface MaxMessage {
    /** Bytes of payload, all fragments together; from 1 to 1,073,741,824. */
    int bytes();
}
