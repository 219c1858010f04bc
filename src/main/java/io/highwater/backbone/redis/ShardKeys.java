package io.highwater.backbone.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.highwater.backbone.memory.ChannelShards;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * The keys of one shard in Redis. They have one hash tag, so that a script may use them together in
 * a cluster. Immutable.
 */
final class ShardKeys {
    /** How many shards there are, for the life of the data. */
    static final int SHARDS = 64;

    /**
     * The hash tag of shard i is "i.SALT": its slot lies in the i-th of 64 equal parts of a
     * cluster's 16,384 slots, so that the shards spread evenly over any number of primaries. Bare
     * numbers do not: they share slots.
     */
    private static final int[] SALTS = {
        178, 2, 303, 63, 40, 69, 11, 38, 53, 8, 59, 3, 31, 18, 132, 303,
        12, 139, 10, 8, 322, 73, 159, 22, 78, 51, 29, 100, 12, 171, 58, 71,
        149, 63, 79, 50, 11, 8, 13, 121, 51, 78, 152, 29, 0, 23, 343, 72,
        18, 31, 52, 313, 139, 13, 333, 20, 18, 31, 140, 33, 50, 79, 100, 28
    };

    /** 128 bits: enough that nobody finds another publisher's key for a message of his own. */
    private static final int REMEMBERED_BYTES = 16;

    private final String log;
    private final String meta;
    private final String counters;
    private final String remembered;

    private ShardKeys(String prefix, int shard) {
        String start = prefix + ":{" + shard + "." + SALTS[shard] + "}:";
        log = start + "log";
        meta = start + "meta";
        counters = start + "counters";
        remembered = start + "m:";
    }

    /**
     * The keys of all shards.
     *
     * @param prefix of all keys, to tell the data of several clusters of nodes apart
     */
    static List<ShardKeys> all(String prefix) {
        List<ShardKeys> all = new ArrayList<>(SHARDS);
        for (int shard = 0; shard < SHARDS; shard++) {
            all.add(new ShardKeys(prefix, shard));
        }
        return List.copyOf(all);
    }

    /** The shard of a channel. */
    static int shardOf(String channel) {
        return ChannelShards.shardOf(channel, SHARDS);
    }

    /** The stream of all entries. */
    String log() {
        return log;
    }

    /** The hash with the generation and the last sequence. */
    String meta() {
        return meta;
    }

    /** The hash with the last sequence of each channel. */
    String counters() {
        return counters;
    }

    /** The keys that every script of the shard uses. */
    List<String> shared() {
        return List.of(log, meta, counters);
    }

    /** The key that remembers a message for 5 minutes. */
    String remembered(String publisher, String channel, String msgId) {
        MessageDigest digest = sha256();
        // The lengths keep the parts apart.
        digest.update((publisher.length() + ":" + channel.length() + ":").getBytes(UTF_8));
        digest.update((publisher + channel + msgId).getBytes(UTF_8));
        byte[] hash = Arrays.copyOf(digest.digest(), REMEMBERED_BYTES);
        return remembered + Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
