package io.highwater.config;

import io.highwater.time.Durations;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A Bean Validation constraint: the range of a number, size or duration, as a user writes it. */
@Constraint(validatedBy = Allowed.Check.class)
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.RECORD_COMPONENT})
@interface Allowed {
    String min() default "0";

    String max();

    /** Whether zero is allowed in addition to the range. */
    Zero zero() default Zero.AS_ANY;

    String message() default "{min} to {max}";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** What zero means. */
    enum Zero {
        /** A number like any other. */
        AS_ANY,
        /** A special value outside the range, such as "off". */
        BESIDE
    }

    /** Public because Bean Validation makes it. Confined to the reader. */
    final class Check implements ConstraintValidator<Allowed, Object> {
        private Zero zero = Zero.AS_ANY;
        private String min = "";
        private String max = "";

        @Override
        public void initialize(Allowed allowed) {
            zero = allowed.zero();
            min = allowed.min();
            max = allowed.max();
        }

        @Override
        public boolean isValid(@Nullable Object value, ConstraintValidatorContext context) {
            if (value instanceof Integer number) {
                return within(number, Integer.valueOf(min), Integer.valueOf(max), 0);
            }
            if (value instanceof Double number) {
                return within(number, Double.valueOf(min), Double.valueOf(max), 0.0);
            }
            if (value instanceof ByteSize size) {
                return within(size, ByteSize.parse(min), ByteSize.parse(max), new ByteSize(0));
            }
            if (value instanceof Duration duration) {
                return within(duration, Durations.parse(min), Durations.parse(max), Duration.ZERO);
            }
            return value == null;
        }

        private <T extends Comparable<T>> boolean within(T value, T least, T most, T none) {
            return (zero == Zero.BESIDE && value.compareTo(none) == 0)
                    || (value.compareTo(least) >= 0 && value.compareTo(most) <= 0);
        }
    }
}
