package io.highwater.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What the catalogue says of one component of {@link ConfigSchema}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Setting {
    /** The default, as a user would write it; empty for none. */
    String fallback() default "";

    /** How the default reads where {@link #fallback} is empty. */
    String shown() default "none";

    /** The form of a value, where its type does not say it. */
    String form() default "";

    /** One sentence, with what zero means. */
    String about();
}
