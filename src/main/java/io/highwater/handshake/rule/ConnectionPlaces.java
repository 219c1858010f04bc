package io.highwater.handshake.rule;

import io.highwater.handshake.HandshakeSettings;
import io.highwater.handshake.UpgradeDecision.Lease;
import io.highwater.limits.AddressBlock;
import io.highwater.limits.DynamicThreshold;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Counts the sessions of the node and of each address, including those that are being opened.
 * Thread-safe.
 */
final class ConnectionPlaces {
    private final int max;
    private final int maxPerAddress;

    /** Whether the limit per address is below the node's limit. */
    private final boolean shared;

    private final AtomicInteger taken = new AtomicInteger();
    private final Occupied ofAnyAddress = new Occupied(null);

    /** Only addresses that hold a place now; empty if there is no limit per address. */
    private final ConcurrentHashMap<AddressBlock, Occupied> takenByAddress =
            new ConcurrentHashMap<>();

    ConnectionPlaces(HandshakeSettings settings) {
        max = settings.maxConnections();
        maxPerAddress = settings.maxConnectionsPerIp();
        shared = maxPerAddress > 0 && maxPerAddress < max;
    }

    /** The answer to a request for a place. */
    sealed interface Answer {}

    /** The limit that was reached. */
    enum Full implements Answer {
        NODE,
        ADDRESS,

        /** The address has many places and the node has few left: {@link DynamicThreshold}. */
        SHARE
    }

    Answer take(AddressBlock address) {
        int before = taken.getAndIncrement();
        boolean placed = false;
        try {
            Answer answer = answer(address, before);
            placed = answer instanceof Place;
            return answer;
        } finally {
            // Also on an OutOfMemoryError: nothing else would give the place back.
            if (!placed) {
                taken.decrementAndGet();
            }
        }
    }

    private Answer answer(AddressBlock address, int takenByAll) {
        if (takenByAll >= max && max != 0) {
            return Full.NODE;
        }
        return maxPerAddress == 0 ? new Place(ofAnyAddress) : take(address, takenByAll);
    }

    int taken() {
        return taken.get();
    }

    int addresses() {
        return takenByAddress.size();
    }

    /**
     * @param takenByAll the node's places without this one
     */
    private Answer take(AddressBlock address, int takenByAll) {
        Answer[] answer = new Answer[1];
        takenByAddress.compute(
                address,
                (key, present) -> {
                    int own = present == null ? 0 : present.places;
                    if (own >= maxPerAddress) {
                        answer[0] = Full.ADDRESS;
                        return present;
                    }
                    if (shared && !DynamicThreshold.admits(own, takenByAll, max)) {
                        answer[0] = Full.SHARE;
                        return present;
                    }
                    Occupied now = present == null ? new Occupied(key) : present;
                    answer[0] = new Place(now);
                    now.places++;
                    return now;
                });
        return answer[0];
    }

    /** The places of one address, or of all addresses if they are not counted separately. */
    private final class Occupied {
        private final @Nullable AddressBlock address;

        /** Places of one address. Changed only within the map's compute. */
        private int places;

        Occupied(@Nullable AddressBlock address) {
            this.address = address;
        }

        void giveBack() {
            if (address != null) {
                takenByAddress.computeIfPresent(
                        address, (key, now) -> --now.places == 0 ? null : now);
            }
            taken.decrementAndGet();
        }
    }

    /**
     * One session's place; true once given back. A million of them are kept, so it has 16 bytes.
     */
    static final class Place extends AtomicBoolean implements Answer, Lease {
        private static final long serialVersionUID = 1;

        private final transient Occupied occupied;

        private Place(Occupied occupied) {
            this.occupied = occupied;
        }

        @Override
        public void release() {
            if (compareAndSet(false, true)) {
                occupied.giveBack();
            }
        }

        @Override
        public boolean mayBlock() {
            return false;
        }
    }
}
