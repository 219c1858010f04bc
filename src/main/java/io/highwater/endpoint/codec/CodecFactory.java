package io.highwater.endpoint.codec;

import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.InjectionTarget;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Creates encoders and decoders and fills their {@code @Inject} points. Inject only shared beans
 * into them: a dependent bean is never destroyed. Thread-safe.
 */
public final class CodecFactory {
    private final BeanManager beans;

    /**
     * By class; one entry for each encoder and decoder class. Empty if it has nothing to inject.
     */
    private final Map<Class<?>, Optional<InjectionTarget<?>>> targets = new ConcurrentHashMap<>();

    public CodecFactory(BeanManager beans) {
        this.beans = beans;
    }

    <T> T make(Class<T> type) throws ReflectiveOperationException {
        T codec = type.getDeclaredConstructor().newInstance();
        targets.computeIfAbsent(type, this::target).ifPresent(target -> inject(target, codec));
        return codec;
    }

    private Optional<InjectionTarget<?>> target(Class<?> type) {
        InjectionTarget<?> target =
                beans.getInjectionTargetFactory(beans.createAnnotatedType(type))
                        .createInjectionTarget(null);
        return target.getInjectionPoints().isEmpty() ? Optional.empty() : Optional.of(target);
    }

    @SuppressWarnings("unchecked") // the target of the codec's own class
    private <T> void inject(InjectionTarget<?> target, T codec) {
        ((InjectionTarget<T>) target).inject(codec, beans.createCreationalContext(null));
    }
}
