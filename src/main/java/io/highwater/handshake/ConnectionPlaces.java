package io.highwater.handshake;

import io.highwater.handshake.UpgradeDecision.Lease;
import io.highwater.limits.AddressBlock;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Counts the sessions of the node and of each address, those being opened included. Thread-safe.
 */
final class ConnectionPlaces {
    private final int max;
    private final int maxPerAddress;
    private final AtomicInteger taken = new AtomicInteger();
    private final Occupied ofAnyAddress = new Occupied(null);

    /** Only addresses that have a place now, and none where there is no limit per address. */
    private final ConcurrentHashMap<AddressBlock, Occupied> takenByAddress =
            new ConcurrentHashMap<>();

    ConnectionPlaces(HandshakeSettings settings) {
        max = settings.maxConnections();
        maxPerAddress = settings.maxConnectionsPerIp();
    }

    /** What asking for a place comes to. */
    sealed interface Answer {}

    /** Which limit stands in the way. */
    enum Full implements Answer {
        NODE,
        ADDRESS
    }

    Answer take(AddressBlock address) {
        if (taken.incrementAndGet() > max && max != 0) {
            taken.decrementAndGet();
            return Full.NODE;
        }
        if (maxPerAddress == 0) {
            return new Place(ofAnyAddress);
        }
        Occupied ofAddress = takeOf(address);
        if (ofAddress == null) {
            taken.decrementAndGet();
            return Full.ADDRESS;
        }
        return new Place(ofAddress);
    }

    int taken() {
        return taken.get();
    }

    int addresses() {
        return takenByAddress.size();
    }

    private @Nullable Occupied takeOf(AddressBlock address) {
        boolean[] granted = new boolean[1];
        Occupied ofAddress =
                takenByAddress.compute(
                        address,
                        (key, present) -> {
                            Occupied now = present == null ? new Occupied(key) : present;
                            granted[0] = now.places < maxPerAddress;
                            now.places += granted[0] ? 1 : 0;
                            return now;
                        });
        return granted[0] ? ofAddress : null;
    }

    /** The places of one address, or of all where they are not told apart. */
    private final class Occupied {
        private final @Nullable AddressBlock address;

        /** Of one address. Changed within the map's compute. */
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

    /** One session's place; true once it is given back. A million of them are kept: 16 bytes. */
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
