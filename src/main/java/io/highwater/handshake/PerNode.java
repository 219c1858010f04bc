package io.highwater.handshake;

import jakarta.enterprise.inject.Stereotype;
import jakarta.inject.Singleton;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * One instance per container, without a client proxy. {@code @Singleton} alone is no bean-defining
 * annotation, so an annotated archive would not include the class; {@code @ApplicationScoped} would
 * forbid final classes.
 */
@Stereotype
@Singleton
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface PerNode {}
