package io.highwater.cluster;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Items that a node sends as one message: a byte for the version, one that says whether it goes to
 * one node, eight for the sender, eight for its number, and the items. Immutable.
 *
 * @param toOne whether it was sent to this node alone
 * @param sender the node's id
 * @param number rises by 1 with each batch of the sender to all, and with each to this node; from 1
 *     on
 * @param items those that this version knows
 */
record Batch(boolean toOne, long sender, long number, List<Item> items) {
    private static final byte VERSION = 1;

    /** The kind and the length of an item. */
    private static final int ITEM_HEADER = 5;

    Batch {
        items = List.copyOf(items);
    }

    /** The bytes of an item, as {@link #message} joins them. */
    static byte[] bytes(Item item) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(body);
                DataOutputStream framed = new DataOutputStream(bytes)) {
            item.write(out);
            framed.writeByte(item.kind());
            framed.writeInt(body.size());
            body.writeTo(framed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] message(boolean toOne, long sender, long number, List<byte[]> items) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeBoolean(toOne);
            out.writeLong(sender);
            out.writeLong(number);
            for (byte[] item : items) {
                out.write(item);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Null if another version wrote it, or nobody did. */
    static @Nullable Batch read(byte[] message) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(message))) {
            if (in.readByte() != VERSION) {
                return null;
            }
            return new Batch(in.readBoolean(), in.readLong(), in.readLong(), items(in));
        } catch (IOException e) {
            return null;
        }
    }

    private static List<Item> items(DataInputStream in) throws IOException {
        List<Item> items = new ArrayList<>();
        while (in.available() >= ITEM_HEADER) {
            byte kind = in.readByte();
            int length = in.readInt();
            byte[] body = in.readNBytes(Math.max(0, Math.min(length, in.available())));
            if (body.length != length) {
                throw new IOException("the item is cut off");
            }
            Item item = Item.read(kind, new DataInputStream(new ByteArrayInputStream(body)));
            if (item != null) {
                items.add(item);
            }
        }
        return items;
    }
}
