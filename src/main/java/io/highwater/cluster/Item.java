package io.highwater.cluster;

import io.highwater.backbone.Draft;
import io.highwater.backbone.PublisherName;
import io.highwater.channel.Members;
import io.highwater.channel.Occupancy;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a node tells others. On the wire it has a byte for its kind and four for its
 * length, so that an older version can pass over kinds that it does not know. Immutable, as long as
 * no code writes into the data of a draft.
 */
sealed interface Item {
    byte kind();

    void write(DataOutputStream out) throws IOException;

    /** Calls the listener's method for this kind of item. */
    void handOver(Peer from, ItemListener listener);

    /** Null if this version does not know the kind. */
    static @Nullable Item read(byte kind, DataInputStream in) throws IOException {
        return switch (kind) {
            case Published.KIND -> Published.read("", in);
            case Published.BY_SUBJECT -> Published.read(in.readUTF(), in);
            case Watch.KIND -> new Watch(in.readUTF());
            case Unwatch.KIND -> new Unwatch(in.readUTF());
            case All.KIND -> new All(in.readUTF(), readMembers(in));
            case Change.KIND ->
                    new Change(in.readUTF(), in.readInt(), readMembers(in), readMembers(in));
            case Resync.KIND -> new Resync();
            case Question.KIND -> new Question(in.readLong(), in.readUTF(), in.readInt());
            case Answer.KIND ->
                    new Answer(in.readLong(), new Occupancy(in.readInt(), readNames(in)));
            case Bye.KIND -> new Bye();
            default -> null;
        };
    }

    private static void write(DataOutputStream out, Members members) throws IOException {
        out.writeInt(members.count());
        write(out, members.clients());
    }

    private static Members readMembers(DataInputStream in) throws IOException {
        return new Members(in.readInt(), readNames(in));
    }

    private static void write(DataOutputStream out, List<String> names) throws IOException {
        out.writeInt(names.size());
        for (String name : names) {
            out.writeUTF(name);
        }
    }

    private static List<String> readNames(DataInputStream in) throws IOException {
        int size = in.readInt();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            names.add(in.readUTF());
        }
        return names;
    }

    /**
     * A publication of an ephemeral channel. The others need not know its publisher unless it is a
     * subject that they tell their subscribers, since nobody looks for repeats.
     */
    record Published(Draft draft) implements Item {
        static final byte KIND = 1;

        /** The same with the publisher before it. A version that does not know it leaves it out. */
        static final byte BY_SUBJECT = 10;

        private static final int KEY = 1;
        private static final int SECRET = 2;

        @Override
        public byte kind() {
            return PublisherName.hasSubject(draft.publisher()) ? BY_SUBJECT : KIND;
        }

        @Override
        public void handOver(Peer from, ItemListener listener) {
            listener.onPublished(draft);
        }

        @Override
        public void write(DataOutputStream out) throws IOException {
            if (kind() == BY_SUBJECT) {
                out.writeUTF(draft.publisher());
            }
            String key = draft.key();
            out.writeByte((key == null ? 0 : KEY) | (draft.secret() ? SECRET : 0));
            out.writeUTF(draft.channel());
            out.writeUTF(draft.msgId());
            if (key != null) {
                out.writeUTF(key);
            }
            out.write(draft.data());
        }

        static Published read(String publisher, DataInputStream in) throws IOException {
            int flags = in.readByte();
            String channel = in.readUTF();
            String msgId = in.readUTF();
            String key = (flags & KEY) == 0 ? null : in.readUTF();
            boolean secret = (flags & SECRET) != 0;
            return new Published(
                    new Draft(channel, publisher, msgId, key, secret, in.readAllBytes()));
        }
    }

    /** The sender wants to know who is in the channel on the receiver, and who comes and goes. */
    record Watch(String channel) implements Item {
        static final byte KIND = 2;

        @Override
        public byte kind() {
            return KIND;
        }

        @Override
        public void handOver(Peer from, ItemListener listener) {
            listener.onWatch(from, channel);
        }

        @Override
        public void write(DataOutputStream out) throws IOException {
            out.writeUTF(channel);
        }
    }

    /** It wants to know that no more. */
    record Unwatch(String channel) implements Item {
        static final byte KIND = 3;

        @Override
        public byte kind() {
            return KIND;
        }

        @Override
        public void handOver(Peer from, ItemListener listener) {
            listener.onUnwatch(from, channel);
        }

        @Override
        public void write(DataOutputStream out) throws IOException {
            out.writeUTF(channel);
        }
    }

    /** All that are in the channel on the sender. */
    record All(String channel, Members members) implements Item {
        static final byte KIND = 4;

        @Override
        public byte kind() {
            return KIND;
        }

        @Override
        public void handOver(Peer from, ItemListener listener) {
            listener.onAll(from, channel, members);
        }

        @Override
        public void write(DataOutputStream out) throws IOException {
            out.writeUTF(channel);
            Item.write(out, members);
        }
    }

    /**
     * Who came and went there.
     *
     * @param count how many are there now
     */
    record Change(String channel, int count, Members joined, Members left) implements Item {
        static final byte KIND = 5;

        @Override
        public byte kind() {
            return KIND;
        }

        @Override
        public void handOver(Peer from, ItemListener listener) {
            listener.onChange(from, this);
        }

        @Override
        public void write(DataOutputStream out) throws IOException {
            out.writeUTF(channel);
            out.writeInt(count);
            Item.write(out, joined);
            Item.write(out, left);
        }
    }

    /** The receiver is to tell again what it watches, since the sender may not know. */
    record Resync() implements Item {
        static final byte KIND = 6;

        @Override
        public byte kind() {
            return KIND;
        }

        @Override
        public void handOver(Peer from, ItemListener listener) {
            listener.onResync(from);
        }

        @Override
        public void write(DataOutputStream out) {}
    }

    /**
     * Who is in the channel on the receiver now?
     *
     * @param id for the answer
     * @param mostNames that the answer may have
     */
    record Question(long id, String channel, int mostNames) implements Item {
        static final byte KIND = 7;

        @Override
        public byte kind() {
            return KIND;
        }

        @Override
        public void handOver(Peer from, ItemListener listener) {
            listener.onQuestion(from, this);
        }

        @Override
        public void write(DataOutputStream out) throws IOException {
            out.writeLong(id);
            out.writeUTF(channel);
            out.writeInt(mostNames);
        }
    }

    record Answer(long id, Occupancy occupancy) implements Item {
        static final byte KIND = 8;

        @Override
        public byte kind() {
            return KIND;
        }

        @Override
        public void handOver(Peer from, ItemListener listener) {
            listener.onAnswer(from, id, occupancy);
        }

        @Override
        public void write(DataOutputStream out) throws IOException {
            out.writeLong(id);
            out.writeInt(occupancy.count());
            Item.write(out, occupancy.clients());
        }
    }

    /** The sender ends. */
    record Bye() implements Item {
        static final byte KIND = 9;

        @Override
        public byte kind() {
            return KIND;
        }

        @Override
        public void handOver(Peer from, ItemListener listener) {
            listener.onBye(from);
        }

        @Override
        public void write(DataOutputStream out) {}
    }
}
