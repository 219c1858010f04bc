package io.highwater.archive.postgres;

import io.highwater.archive.LeaseLostException;
import io.highwater.archive.queue.ShardState;
import org.jspecify.annotations.Nullable;

/** The right to write a shard, and how far the shard is. Thread-safe but for its shard's state. */
final class Lease {
    private final ShardState shard;

    private volatile long token;
    private volatile @Nullable LeaseLostException lost;
    private volatile boolean returned;

    Lease(ShardState shard, long token) {
        this.shard = shard;
        this.token = token;
    }

    ShardState shard() {
        return shard;
    }

    /** What the shard's row has as long as the lease is ours. */
    long token() {
        return token;
    }

    /** The lease was taken anew, after a write whose end is not known. */
    void renew(long newToken) {
        token = newToken;
    }

    void lose() {
        lost =
                new LeaseLostException(
                        "another node writes shard "
                                + shard.number()
                                + " of "
                                + shard.origin()
                                + " now");
    }

    /** Null while it is ours. */
    @Nullable LeaseLostException lost() {
        return lost;
    }

    /** Its writer was closed. */
    void giveBack() {
        returned = true;
    }

    boolean isHeld() {
        return lost == null && !returned;
    }
}
