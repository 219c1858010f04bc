package io.highwater.endpoint.codec;

import jakarta.websocket.Encoder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The encoders of one endpoint class in the order of their list, and behind them those of Java's
 * own types. An object has only its class at run time: of {@code List<String>} and {@code
 * List<Integer>} the first listed gets all lists. Immutable.
 */
public final class Encoders {
    private final List<Entry> entries = new ArrayList<>();

    /**
     * What encodes objects of a type.
     *
     * @param severalRoles whether the class has more than one of the four interfaces
     * @param shared the one of all sessions; null: each makes its own
     */
    public record Entry(
            Class<? extends Encoder> encoder,
            Class<? extends Encoder> kind,
            Class<?> type,
            boolean severalRoles,
            @Nullable Encoder shared) {

        /** An encoder of the class, in no other role than this. */
        @SuppressWarnings("unchecked") // what it is asked to encode was looked up by this type
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
     * @throws IllegalArgumentException names an encoder that is none
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

    /** The first that takes objects of {@code type}, or null. */
    public @Nullable Entry of(Class<?> type) {
        for (Entry entry : entries) {
            if (entry.type.isAssignableFrom(type)) {
                return entry;
            }
        }
        return null;
    }
}
