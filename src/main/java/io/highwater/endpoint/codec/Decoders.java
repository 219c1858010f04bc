package io.highwater.endpoint.codec;

import io.highwater.wire.Opcode;
import jakarta.websocket.Decoder;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The decoders of one endpoint class in the order of their list, followed by those of Java's own
 * types. Immutable.
 */
public final class Decoders {
    private final List<Listed> listed = new ArrayList<>();

    /**
     * A decoder of messages to one type. Compared by identity: a class that is listed twice has two
     * instances in a session.
     */
    public static final class Entry {
        private final Class<? extends Decoder> decoder;
        private final Class<?> type;
        private final MessageShape shape;
        private final @Nullable Decoder shared;

        /**
         * @param kind the one of Jakarta's four interfaces that this entry stands for
         * @param shared the instance for all sessions; null if each session creates its own
         */
        Entry(
                Class<? extends Decoder> decoder,
                Class<? extends Decoder> kind,
                Class<?> type,
                @Nullable Decoder shared) {
            this.decoder = decoder;
            this.type = type;
            this.shape = MessageShape.ofDecoder(kind);
            this.shared = shared;
        }

        Class<? extends Decoder> decoder() {
            return decoder;
        }

        public MessageShape shape() {
            return shape;
        }

        /** The instance for all sessions; null if each session creates its own. */
        public @Nullable Decoder shared() {
            return shared;
        }

        @Override
        public String toString() {
            return decoder.getName();
        }
    }

    /** A decoder and the full type of its result, with type arguments. */
    private record Listed(Entry decoder, Type type) {}

    /**
     * @throws IllegalArgumentException if a class is not a usable decoder; names it
     */
    public Decoders(List<Class<? extends Decoder>> decoders) {
        for (Class<? extends Decoder> decoder : decoders) {
            for (Codecs.Role<Decoder> role : Codecs.roles(decoder, Codecs.DECODERS)) {
                Class<?> type = GenericTypes.raw(role.type());
                listed.add(new Listed(new Entry(decoder, role.kind(), type, null), role.type()));
            }
        }
    }

    /**
     * The decoders that yield {@code type} from one kind of message, in the order in which they are
     * asked; empty if there are none. A stream is read by the first one only.
     *
     * @param opcode TEXT or BINARY
     */
    public List<Entry> of(Type type, Opcode opcode) {
        Type boxed = Codecs.boxed(type);
        List<Entry> fitting =
                Stream.concat(
                                listed.stream()
                                        .filter(own -> GenericTypes.isAssignable(boxed, own.type))
                                        .map(Listed::decoder),
                                JavaCodecs.DECODERS.stream().filter(own -> own.type == boxed))
                        .filter(own -> own.shape.opcode() == opcode)
                        .toList();
        if (fitting.isEmpty()) {
            return fitting;
        }
        MessageShape first = fitting.get(0).shape;
        return first.isStream()
                ? List.of(fitting.get(0))
                : fitting.stream().filter(own -> own.shape == first).toList();
    }
}
