package io.highwater.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What the catalogue says about one component of {@link ConfigSchema}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Setting {
    /** The default, as a user would write it; empty for none. */
    String fallback() default "";

    /** The default as shown to users if {@link #fallback} is empty. */
    String shown() default "none";

    /** The form of a value, if its type does not say it. */
    String form() default "";

    /** A short description, with the meaning of zero. */
    String about();
}
