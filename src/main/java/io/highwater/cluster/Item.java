package io.highwater.cluster;

import io.highwater.backbone.Draft;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a node tells others. On the wire it has a byte for its kind and four for its
 * length, so that an older version can pass over kinds that it does not know. Immutable, as long as
 * no code writes into the data of a draft.
 */
sealed interface Item {
    byte kind();

    void write(DataOutputStream out) throws IOException;

    /** Null if this version does not know the kind. */
    static @Nullable Item read(byte kind, DataInputStream in) throws IOException {
        return switch (kind) {
            case Published.KIND -> Published.read(in);
            default -> null;
        };
    }

    /**
     * A publication of an ephemeral channel. The others need not know its publisher, since nobody
     * looks for repeats.
     */
    record Published(Draft draft) implements Item {
        static final byte KIND = 1;

        private static final int KEY = 1;
        private static final int SECRET = 2;

        @Override
        public byte kind() {
            return KIND;
        }

        @Override
        public void write(DataOutputStream out) throws IOException {
            String key = draft.key();
            out.writeByte((key == null ? 0 : KEY) | (draft.secret() ? SECRET : 0));
            out.writeUTF(draft.channel());
            out.writeUTF(draft.msgId());
            if (key != null) {
                out.writeUTF(key);
            }
            out.write(draft.data());
        }

        static Published read(DataInputStream in) throws IOException {
            int flags = in.readByte();
            String channel = in.readUTF();
            String msgId = in.readUTF();
            String key = (flags & KEY) == 0 ? null : in.readUTF();
            boolean secret = (flags & SECRET) != 0;
            return new Published(new Draft(channel, "", msgId, key, secret, in.readAllBytes()));
        }
    }
}
