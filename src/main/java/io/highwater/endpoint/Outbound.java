package io.highwater.endpoint;

import io.highwater.api.Api;
import io.highwater.outbound.OverflowPolicy;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How this endpoint's sessions queue what they send, instead of {@code highwater.outbound.*}.
 * Placed beside {@code @ServerEndpoint}.
 */
@Api
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Outbound {
    /** What happens above the high-water mark; empty means the node's policy. */
    OverflowPolicy[] policy() default {};

    /** Messages; 0 means the node's setting. The low-water mark becomes half of it. */
    int highMessages() default 0;

    /** LATEST: the number of messages, or of keys if keys are used, to keep; 0 means the node's. */
    int latestCount() default 0;

    /**
     * Bytes with frame headers; 0 means the node's setting. The low-water mark becomes half of it.
     */
    long highBytes() default 0;
}
