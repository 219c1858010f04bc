package io.highwater.endpoint.codec;

import jakarta.websocket.Encoder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The encoders of one endpoint class in the order of their list, followed by those of Java's own
 * types. At run time an object has only its class: with encoders for {@code List<String>} and
 * {@code List<Integer>}, the one that is listed first gets all lists. Immutable.
 */
public final class Encoders {
    private final List<Entry> entries = new ArrayList<>();

    /**
     * An encoder of objects of one type.
     *
     * @param severalRoles whether the class implements more than one of the four interfaces
     * @param shared the instance for all sessions; null if each session creates its own
     */
    public record Entry(
            Class<? extends Encoder> encoder,
            Class<? extends Encoder> kind,
            Class<?> type,
            boolean severalRoles,
            @Nullable Encoder shared) {

        /** Returns the encoder reduced to this one role. */
        @SuppressWarnings("unchecked") // objects to encode are looked up by this type
        Encoder inRole(Encoder instance) {
            if (!severalRoles) {
                return instance;
            } else if (kind == Encoder.Text.class) {
                return (Encoder.Text<Object>) ((Encoder.Text<Object>) instance)::encode;
            } else if (kind == Encoder.TextStream.class) {
                return (Encoder.TextStream<Object>) ((Encoder.TextStream<Object>) instance)::encode;
            } else if (kind == Encoder.Binary.class) {
                return (Encoder.Binary<Object>) ((Encoder.Binary<Object>) instance)::encode;
            }
            return (Encoder.BinaryStream<Object>) ((Encoder.BinaryStream<Object>) instance)::encode;
        }
    }

    /**
     * @throws IllegalArgumentException if a class is not a usable encoder; names it
     */
    public Encoders(List<Class<? extends Encoder>> listed) {
        for (Class<? extends Encoder> encoder : listed) {
            List<Codecs.Role<Encoder>> roles = Codecs.roles(encoder, Codecs.ENCODERS);
            for (Codecs.Role<Encoder> role : roles) {
                Class<?> type = GenericTypes.raw(role.type());
                entries.add(new Entry(encoder, role.kind(), type, roles.size() > 1, null));
            }
        }
        entries.addAll(JavaCodecs.ENCODERS);
    }

    /** The first encoder that takes objects of {@code type}, or null. */
    public @Nullable Entry of(Class<?> type) {
        for (Entry entry : entries) {
            if (entry.type.isAssignableFrom(type)) {
                return entry;
            }
        }
        return null;
    }
}
