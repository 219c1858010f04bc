package io.highwater.endpoint;

import io.highwater.api.Api;
import io.highwater.handshake.DeflatePolicy;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The compression that this endpoint's sessions may use. Placed beside {@code @ServerEndpoint}. */
@Api
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Compress {
    /** Replaces {@code highwater.deflate.mode} for this endpoint. */
    DeflatePolicy mode();
}
