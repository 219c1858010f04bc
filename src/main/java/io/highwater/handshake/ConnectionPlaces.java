package io.highwater.handshake;

import io.highwater.handshake.UpgradeDecision.Lease;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the sessions of the node and of each address, those being opened included. Thread-safe.
 */
final class ConnectionPlaces {
    private final int max;
    private final int maxPerAddress;
    private final AtomicInteger taken = new AtomicInteger();

    /** Only addresses that have a place now, and none where there is no limit per address. */
    private final ConcurrentHashMap<AddressBlock, Integer> takenByAddress =
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
        if (maxPerAddress != 0 && !takeOf(address)) {
            taken.decrementAndGet();
            return Full.ADDRESS;
        }
        return new Place(address);
    }

    int taken() {
        return taken.get();
    }

    int addresses() {
        return takenByAddress.size();
    }

    private boolean takeOf(AddressBlock address) {
        boolean[] granted = new boolean[1];
        takenByAddress.compute(
                address,
                (key, count) -> {
                    int before = count == null ? 0 : count;
                    granted[0] = before < maxPerAddress;
                    return granted[0] ? Integer.valueOf(before + 1) : count;
                });
        return granted[0];
    }

    private void giveBack(AddressBlock address) {
        if (maxPerAddress != 0) {
            takenByAddress.computeIfPresent(
                    address, (key, count) -> count == 1 ? null : Integer.valueOf(count - 1));
        }
        taken.decrementAndGet();
    }

    /** One session's place; true once it is given back. */
    final class Place extends AtomicBoolean implements Answer, Lease {
        private static final long serialVersionUID = 1;

        private final transient AddressBlock address;

        private Place(AddressBlock address) {
            this.address = address;
        }

        @Override
        public void release() {
            if (compareAndSet(false, true)) {
                giveBack(address);
            }
        }
    }
}
