package io.highwater.endpoint.metadata;

import io.highwater.handshake.AllowedRoles;
import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code @RolesAllowed}, {@code @PermitAll} and {@code @DenyAll}. Stateless. */
final class RoleAnnotations {
    private static final List<Class<? extends Annotation>> ALL =
            List.of(RolesAllowed.class, PermitAll.class, DenyAll.class);

    private RoleAnnotations() {}

    /**
     * Whom a class or method admits; null means everybody.
     *
     * @throws IllegalArgumentException if it has more than one of the annotations
     */
    static @Nullable AllowedRoles of(AnnotatedElement element) {
        if (present(element).count() > 1) {
            throw new IllegalArgumentException(
                    element + " has more than one of @RolesAllowed, @PermitAll and @DenyAll");
        }
        RolesAllowed roles = element.getAnnotation(RolesAllowed.class);
        if (roles != null) {
            return new AllowedRoles(Set.of(roles.value()));
        }
        return element.isAnnotationPresent(DenyAll.class) ? new AllowedRoles(Set.of()) : null;
    }

    /** Whether it has one of the annotations. */
    static boolean has(AnnotatedElement element) {
        return present(element).findAny().isPresent();
    }

    private static Stream<Class<? extends Annotation>> present(AnnotatedElement element) {
        return ALL.stream().filter(element::isAnnotationPresent);
    }
}
